with source as (

    select * from {{ source('salesforce', 'opportunity_history') }}

)

select
    id as opportunity_version_id,
    opportunity_id,
    stage_name,
    from_opportunity_stage_name as previous_stage_name,
    forecast_category,
    cast(probability as bigint) as probability_percent,
    amount,
    prev_amount as previous_amount,
    currency_iso_code as currency,
    close_date,
    {{ utc_timestamp('created_date') }} as changed_at,
    {{ utc_timestamp('valid_to_date') }} as valid_to
from source
where
    not is_deleted
    and not _fivetran_deleted
