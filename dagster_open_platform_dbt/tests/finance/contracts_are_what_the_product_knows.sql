{{
    config(
        severity='error',
        warn_if='>0',
        error_if='>10',
        meta={'dagster': {'ref': {'name': 'dim_contracts'}}}
    )
}}

-- Whoever owes something every month has a contract that holds, of the same currency and amount to the cent. Stripe and
-- the product are loaded at different times of the day, so that a few may differ for some hours.
with contracts as (

    select
        organization_id,
        currency,
        sum(monthly_commitment_cents) as commitment_cents
    from {{ ref('dim_contracts') }}
    where is_current
    group by
        organization_id,
        currency

),

product as (

    select
        organization_id,
        currency,
        floor(monthly_commitment * 100 + 0.5) as commitment_cents
    from {{ ref('customer_arr') }}

)

select
    coalesce(contracts.organization_id, product.organization_id) as organization_id,
    contracts.currency as contract_currency,
    product.currency as product_currency,
    contracts.commitment_cents as contract_cents,
    product.commitment_cents as product_cents
from contracts
full outer join product
    on
        contracts.organization_id = product.organization_id
        and contracts.currency = product.currency
where coalesce(contracts.commitment_cents, 0) <> coalesce(product.commitment_cents, 0)
