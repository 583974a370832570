with source as (

    select * from {{ source('hubspot', 'deal_stage') }}

)

select
    deal_id,
    value as stage_id,
    {{ utc_timestamp('date_entered') }} as entered_at,
    case when not _fivetran_active then {{ utc_timestamp('_fivetran_end') }} end as left_at,
    _fivetran_active as is_current
from source
