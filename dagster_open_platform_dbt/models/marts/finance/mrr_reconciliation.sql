with contracts as (

    select
        organization_id,
        max(currency) as currency,
        cast(sum(monthly_commitment_cents) as bigint) as cents
    from {{ ref('dim_contracts') }}
    where is_current
    group by organization_id

),

product as (

    select
        organization_id,
        currency,
        cast(floor(monthly_commitment * 100 + 0.5) as bigint) as cents
    from {{ ref('customer_arr') }}

),

subscriptions as (

    select
        organization_id,
        max(currency) as currency,
        cast(sum(mrr_cents) as bigint) as cents
    from {{ ref('dim_subscriptions') }}
    where
        is_running
        and organization_id is not null
    group by organization_id

),

signed as (

    select
        signed_contracts.organization_id,
        max(signed_contracts.currency) as currency,
        cast(sum(signed_contracts.monthly_cents) as bigint) as cents
    from {{ ref('int_finance__signed_contracts') }} as signed_contracts
    inner join {{ ref('int_finance__as_of') }} as as_of
        on
            signed_contracts.valid_from <= as_of.as_of_date
            and signed_contracts.valid_to > as_of.as_of_date
    group by signed_contracts.organization_id

),

known as (

    select organization_id from contracts
    union distinct
    select organization_id from product
    union distinct
    select organization_id from subscriptions

),

compared as (

    select
        known.organization_id,
        coalesce(contracts.currency, subscriptions.currency, product.currency) as currency,
        coalesce(contracts.cents, 0) as contract_mrr_cents,
        coalesce(subscriptions.cents, 0) as stripe_mrr_cents,
        coalesce(product.cents, 0) as product_mrr_cents,
        signed.cents as signed_mrr_cents,
        coalesce(
            subscriptions.currency is distinct from product.currency
            and subscriptions.currency is not null
            and product.currency is not null, false
        ) as has_currency_conflict
    from known
    left join contracts
        on known.organization_id = contracts.organization_id
    left join subscriptions
        on known.organization_id = subscriptions.organization_id
    left join product
        on known.organization_id = product.organization_id
    left join signed
        on known.organization_id = signed.organization_id

)

select
    organization_id,
    currency,
    contract_mrr_cents,
    stripe_mrr_cents,
    product_mrr_cents,
    signed_mrr_cents,
    stripe_mrr_cents - product_mrr_cents as difference_cents,
    case
        when has_currency_conflict then 'other currency'
        when stripe_mrr_cents = 0 then 'not billed'
        when product_mrr_cents = 0 then 'not in the product'
        when stripe_mrr_cents <> product_mrr_cents then 'other amount'
        -- Salesforce rounds a year to the cent, Stripe a month.
        when abs(signed_mrr_cents - stripe_mrr_cents) > 1 then 'other than signed'
        else 'agreed'
    end as reconciliation_status
from compared
