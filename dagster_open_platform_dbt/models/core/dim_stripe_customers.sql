with customers as (

    select
        stripe_customer_id,
        customer_name,
        email_hash,
        email_domain,
        country_code,
        currency,
        balance_cents,
        coupon_id,
        is_tax_exempt,
        is_delinquent,
        is_deleted,
        created_at
    from {{ ref('stg_stripe__customers') }}

),

matches as (

    select
        stripe_customer_id,
        organization_id,
        match_method
    from {{ ref('int_finance__stripe_organizations') }}

),

subscriptions as (

    select
        stripe_customer_id,
        count(*) as subscription_count,
        count(case when ended_at is null then 1 end) as running_subscription_count
    from {{ ref('stg_stripe__subscriptions') }}
    group by stripe_customer_id

),

invoices as (

    select
        stripe_customer_id,
        count(*) as invoice_count,
        min(created_date) as first_invoice_date,
        max(created_date) as last_invoice_date
    from {{ ref('stg_stripe__invoices') }}
    group by stripe_customer_id

)

select
    customers.stripe_customer_id,
    matches.organization_id,
    matches.match_method,
    -- An organization that was entered twice is billed under one of the two.
    row_number() over (
        partition by coalesce(cast(matches.organization_id as varchar), customers.stripe_customer_id)
        order by
            coalesce(subscriptions.subscription_count, 0) desc,
            case when customers.is_deleted then 1 else 0 end asc,
            customers.created_at asc,
            customers.stripe_customer_id asc
    ) = 1 as is_primary,
    customers.customer_name,
    customers.email_hash,
    customers.email_domain,
    customers.country_code,
    customers.currency,
    customers.balance_cents,
    customers.coupon_id,
    customers.is_tax_exempt,
    customers.is_delinquent,
    customers.is_deleted,
    coalesce(subscriptions.subscription_count, 0) as subscription_count,
    coalesce(subscriptions.running_subscription_count, 0) as running_subscription_count,
    coalesce(invoices.invoice_count, 0) as invoice_count,
    invoices.first_invoice_date,
    invoices.last_invoice_date,
    customers.created_at
from customers
inner join matches
    on customers.stripe_customer_id = matches.stripe_customer_id
left join subscriptions
    on customers.stripe_customer_id = subscriptions.stripe_customer_id
left join invoices
    on customers.stripe_customer_id = invoices.stripe_customer_id
