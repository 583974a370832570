with source as (

    select * from {{ source('salesforce', 'forecasting_quota') }}

)

select
    id as quota_id,
    quota_owner_id as user_id,
    start_date as quarter_start_date,
    quota_amount as quota_usd,
    {{ utc_timestamp('created_date') }} as created_at
from source
where not _fivetran_deleted
