with source as (

    select * from {{ source('google_ads', 'account_history') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by updated_at desc, _fivetran_synced desc
    ) = 1

)

select
    cast(id as varchar) as account_id,
    descriptive_name as account_name,
    currency_code as currency,
    time_zone,
    cast(manager_customer_id as varchar) as manager_account_id,
    manager as is_manager,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
