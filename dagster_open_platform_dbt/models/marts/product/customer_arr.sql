with contracts as (

    select
        organization_id,
        currency,
        monthly_commitment,
        contract_start_date,
        cast(created_at as date) as customer_since_date
    from {{ ref('stg_cloud_product__customer_info') }}

),

organizations as (

    select
        organization_id,
        is_internal,
        is_canceled
    from {{ ref('stg_cloud_product__organizations') }}

)

select
    contracts.organization_id,
    contracts.currency,
    contracts.customer_since_date,
    contracts.contract_start_date,
    -- A contract that is renewed begins anew.
    coalesce(contracts.contract_start_date <= contracts.customer_since_date, false) as is_first_term,
    contracts.monthly_commitment,
    12 * contracts.monthly_commitment as annual_recurring_revenue
from contracts
inner join organizations
    on contracts.organization_id = organizations.organization_id
where
    not organizations.is_internal
    and not organizations.is_canceled
    and contracts.monthly_commitment > 0
