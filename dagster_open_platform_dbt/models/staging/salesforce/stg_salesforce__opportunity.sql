with source as (

    select * from {{ source('salesforce', 'opportunity') }}

)

select
    id as opportunity_id,
    account_id,
    contact_id,
    owner_id as owner_user_id,
    campaign_id,
    contract_id,
    name as opportunity_name,
    lower(type) as opportunity_type,
    stage_name,
    is_closed,
    is_won,
    forecast_category_name as forecast_category,
    cast(probability as bigint) as probability_percent,
    amount,
    expected_revenue,
    currency_iso_code as currency,
    close_date,
    contract_year_c as contract_year,
    lead_source,
    loss_reason_c as loss_reason,
    next_step,
    push_count,
    {{ utc_timestamp('last_stage_change_date') }} as stage_changed_at,
    last_activity_date,
    {{ utc_timestamp('created_date') }} as created_at,
    cast({{ utc_timestamp('created_date') }} as date) as created_date,
    {{ utc_timestamp('last_modified_date') }} as updated_at
from source
where
    not is_deleted
    and not _fivetran_deleted
