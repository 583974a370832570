with source as (

    select * from {{ source('salesforce', 'currency_type') }}

)

select
    iso_code as currency,
    conversion_rate as units_per_usd,
    is_corporate,
    is_active
from source
where not _fivetran_deleted
