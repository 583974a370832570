with customers as (

    select
        stripe_customer_id,
        organization_public_id,
        email_domain
    from {{ ref('stg_stripe__customers') }}

),

subscriptions as (

    select
        subscription_id,
        stripe_customer_id
    from {{ ref('stg_stripe__subscriptions') }}

),

metadata as (

    select
        subscription_id,
        metadata_value
    from {{ ref('stg_stripe__subscriptions_metadata') }}
    where metadata_key = 'organization_public_id'

),

organizations as (

    select
        organization_id,
        organization_public_id,
        lower(email_domain) as email_domain
    from {{ ref('stg_cloud_product__organizations') }}

),

by_subscription as (

    select
        subscriptions.stripe_customer_id,
        min(organizations.organization_id) as organization_id
    from subscriptions
    inner join metadata
        on subscriptions.subscription_id = metadata.subscription_id
    inner join organizations
        on metadata.metadata_value = organizations.organization_public_id
    group by subscriptions.stripe_customer_id

),

-- Two organizations may share a domain: the older one has it.
by_domain as (

    select
        email_domain,
        min(organization_id) as organization_id
    from organizations
    where email_domain is not null
    group by email_domain

)

select
    customers.stripe_customer_id,
    coalesce(
        by_subscription.organization_id, organizations.organization_id, by_domain.organization_id
    ) as organization_id,
    case
        when by_subscription.organization_id is not null then 'subscription_metadata'
        when organizations.organization_id is not null then 'customer_description'
        when by_domain.organization_id is not null then 'email_domain'
        else 'none'
    end as match_method
from customers
left join by_subscription
    on customers.stripe_customer_id = by_subscription.stripe_customer_id
left join organizations
    on customers.organization_public_id = organizations.organization_public_id
left join by_domain
    on customers.email_domain = by_domain.email_domain
