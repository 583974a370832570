with organizations as (

    select
        organization_id,
        organization_public_id,
        is_internal,
        cast(canceled_at as date) as canceled_date
    from {{ ref('stg_cloud_product__organizations') }}

),

product as (

    select
        organization_id,
        billed_plan,
        currency,
        monthly_commitment,
        contract_start_date,
        cast(created_at as date) as created_date
    from {{ ref('stg_cloud_product__customer_info') }}

),

customers as (

    select
        stripe_customer_id,
        organization_id
    from {{ ref('int_finance__stripe_organizations') }}
    where organization_id is not null

),

subscriptions as (

    select
        subscription_id,
        stripe_customer_id
    from {{ ref('stg_stripe__subscriptions') }}

),

prices as (

    select
        subscription_id,
        plan_name,
        currency,
        monthly_cents,
        cast(valid_from_at as date) as valid_from,
        cast(valid_to_at as date) as valid_to
    from {{ ref('int_finance__subscription_prices') }}

),

signed as (

    select
        salesforce_contract_id,
        organization_id,
        currency,
        monthly_cents,
        valid_from,
        valid_to
    from {{ ref('int_finance__signed_contracts') }}

),

rates as (

    select
        currency,
        usd_per_unit
    from {{ ref('int_finance__exchange_rates') }}

),

as_of as (

    select as_of_date
    from {{ ref('int_finance__as_of') }}

),

-- First what is billed.
billed_terms as (

    select
        customers.organization_id,
        'stripe' as source,
        subscriptions.subscription_id as stripe_subscription_id,
        cast(null as varchar) as salesforce_contract_id,
        prices.plan_name,
        prices.currency,
        prices.monthly_cents,
        prices.valid_from,
        prices.valid_to
    from prices
    inner join subscriptions
        on prices.subscription_id = subscriptions.subscription_id
    inner join customers
        on subscriptions.stripe_customer_id = customers.stripe_customer_id

),

-- Then what was signed, of organizations that Stripe does not bill.
signed_terms as (

    select
        signed.organization_id,
        'salesforce' as source,
        cast(null as varchar) as stripe_subscription_id,
        signed.salesforce_contract_id,
        product.billed_plan as plan_name,
        signed.currency,
        signed.monthly_cents,
        signed.valid_from,
        case
            when organizations.canceled_date < signed.valid_to then organizations.canceled_date
            else signed.valid_to
        end as valid_to
    from signed
    inner join organizations
        on signed.organization_id = organizations.organization_id
    left join product
        on signed.organization_id = product.organization_id
    where signed.organization_id not in (select billed_terms.organization_id from billed_terms)

),

-- Last what the product says, of organizations that neither knows yet.
product_terms as (

    select
        product.organization_id,
        'cloud_product' as source,
        cast(null as varchar) as stripe_subscription_id,
        cast(null as varchar) as salesforce_contract_id,
        product.billed_plan as plan_name,
        product.currency,
        cast(floor(product.monthly_commitment * 100 + 0.5) as bigint) as monthly_cents,
        coalesce(product.contract_start_date, product.created_date) as valid_from,
        organizations.canceled_date as valid_to
    from product
    inner join organizations
        on product.organization_id = organizations.organization_id
    where
        product.monthly_commitment > 0
        and product.organization_id not in (select billed_terms.organization_id from billed_terms)
        and product.organization_id not in (select signed_terms.organization_id from signed_terms)

),

terms as (

    select
        organization_id,
        source,
        stripe_subscription_id,
        salesforce_contract_id,
        plan_name,
        currency,
        monthly_cents,
        valid_from,
        valid_to
    from billed_terms
    union all
    select
        organization_id,
        source,
        stripe_subscription_id,
        salesforce_contract_id,
        plan_name,
        currency,
        monthly_cents,
        valid_from,
        valid_to
    from signed_terms
    union all
    select
        organization_id,
        source,
        stripe_subscription_id,
        salesforce_contract_id,
        plan_name,
        currency,
        monthly_cents,
        valid_from,
        valid_to
    from product_terms

),

-- Of several prices of a day the last one holds, and a term that ends on the day on which it begins is none.
counted as (

    select
        terms.organization_id,
        organizations.organization_public_id,
        terms.source,
        terms.stripe_subscription_id,
        terms.salesforce_contract_id,
        terms.plan_name,
        terms.currency,
        terms.monthly_cents,
        terms.valid_from,
        terms.valid_to,
        cast(row_number() over (
            partition by terms.organization_id
            order by terms.valid_from, terms.stripe_subscription_id, terms.salesforce_contract_id
        ) as integer) as term_number,
        lag(terms.plan_name) over (
            partition by terms.organization_id
            order by terms.valid_from, terms.stripe_subscription_id, terms.salesforce_contract_id
        ) as plan_before,
        lag(terms.valid_to) over (
            partition by terms.organization_id
            order by terms.valid_from, terms.stripe_subscription_id, terms.salesforce_contract_id
        ) as valid_to_before
    from terms
    inner join organizations
        on terms.organization_id = organizations.organization_id
    where
        not organizations.is_internal
        and (terms.valid_to is null or terms.valid_to > terms.valid_from)

),

-- What was signed for the day on which a term begins.
agreements as (

    select
        counted.organization_id,
        counted.term_number,
        signed.salesforce_contract_id,
        row_number() over (
            partition by counted.organization_id, counted.term_number
            order by signed.valid_from desc, signed.salesforce_contract_id desc
        ) as place
    from counted
    inner join signed
        on
            counted.organization_id = signed.organization_id
            and counted.valid_from >= signed.valid_from
            and counted.valid_from < signed.valid_to

)

select
    cast(counted.organization_id as varchar) || '-' || cast(counted.term_number as varchar) as contract_id,
    counted.organization_id,
    counted.organization_public_id,
    counted.term_number,
    case
        when counted.term_number = 1 then 'new'
        when counted.valid_to_before < counted.valid_from then 'return'
        when counted.plan_before is distinct from counted.plan_name then 'plan_change'
        else 'renewal'
    end as term_type,
    counted.plan_name,
    counted.valid_from,
    counted.valid_to,
    coalesce(
        counted.valid_from <= as_of.as_of_date
        and (counted.valid_to is null or counted.valid_to > as_of.as_of_date),
        false
    ) as is_current,
    counted.currency,
    counted.monthly_cents as monthly_commitment_cents,
    counted.monthly_cents / cast(100 as double) as monthly_commitment,
    cast(floor(12 * counted.monthly_cents * rates.usd_per_unit + 0.5) as bigint) as arr_usd_cents,
    cast(floor(12 * counted.monthly_cents * rates.usd_per_unit + 0.5) as bigint) / cast(100 as double) as arr_usd,
    counted.source,
    counted.stripe_subscription_id,
    coalesce(counted.salesforce_contract_id, agreements.salesforce_contract_id) as salesforce_contract_id
from counted
cross join as_of
left join rates
    on counted.currency = rates.currency
left join agreements
    on
        counted.organization_id = agreements.organization_id
        and counted.term_number = agreements.term_number
        and agreements.place = 1
