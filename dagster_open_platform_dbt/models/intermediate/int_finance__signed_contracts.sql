with contracts as (

    select
        contract_id as salesforce_contract_id,
        account_id,
        opportunity_id,
        start_date,
        end_date,
        monthly_commitment
    from {{ ref('stg_salesforce__contract') }}
    where monthly_commitment > 0

),

accounts as (

    select
        account_id,
        organization_public_id
    from {{ ref('stg_salesforce__account') }}

),

opportunities as (

    select
        opportunity_id,
        currency
    from {{ ref('stg_salesforce__opportunity') }}

),

organizations as (

    select
        organization_id,
        organization_public_id
    from {{ ref('stg_cloud_product__organizations') }}

)

select
    contracts.salesforce_contract_id,
    organizations.organization_id,
    contracts.account_id,
    contracts.opportunity_id,
    -- The contract itself does not say its currency.
    coalesce(opportunities.currency, 'USD') as currency,
    cast(floor(contracts.monthly_commitment * 100 + 0.5) as bigint) as monthly_cents,
    contracts.start_date as valid_from,
    cast({{ add_days('contracts.end_date', 1) }} as date) as valid_to
from contracts
inner join accounts
    on contracts.account_id = accounts.account_id
inner join organizations
    on accounts.organization_public_id = organizations.organization_public_id
left join opportunities
    on contracts.opportunity_id = opportunities.opportunity_id
