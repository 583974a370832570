with changes as (

    select max(changed_at) as last_at
    from {{ ref('stg_salesforce__opportunity_history') }}
    union all
    select max(created_at) as last_at
    from {{ ref('stg_salesforce__task') }}
    union all
    select max(created_at) as last_at
    from {{ ref('stg_salesforce__lead') }}

)

select cast(max(last_at) as date) as as_of_date
from changes
