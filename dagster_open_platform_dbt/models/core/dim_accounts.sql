with accounts as (

    select
        account_id,
        account_name,
        email_domain,
        account_type,
        plan_name,
        organization_public_id,
        owner_user_id,
        customer_success_user_id,
        account_source,
        industry,
        rating,
        coalesce(billing_country, shipping_country) as country_name,
        employee_count,
        annual_revenue_usd,
        signed_up_at,
        canceled_at,
        last_activity_date,
        created_at,
        created_date
    from {{ ref('stg_salesforce__account') }}

),

companies as (

    select
        company_id,
        salesforce_account_id,
        organization_public_id,
        lifecycle_stage
    from {{ ref('stg_hubspot__company') }}
    where salesforce_account_id is not null

),

organizations as (

    select
        organization_id,
        organization_public_id
    from {{ ref('stg_cloud_product__organizations') }}

),

contacts as (

    select
        account_id,
        count(*) as contact_count
    from {{ ref('stg_salesforce__contact') }}
    group by account_id

),

opportunities as (

    select
        account_id,
        count(*) as opportunity_count,
        count(case when not is_closed then 1 end) as open_opportunity_count,
        count(case when is_won then 1 end) as won_opportunity_count,
        min(case when is_won then close_date end) as first_won_date,
        max(case when is_won then close_date end) as last_won_date
    from {{ ref('stg_salesforce__opportunity') }}
    group by account_id

),

-- Both CRMs name an organization. Salesforce's counts if the product knows it, or else HubSpot's.
linked as (

    select
        accounts.account_id,
        companies.company_id as hubspot_company_id,
        companies.lifecycle_stage as hubspot_lifecycle_stage,
        coalesce(by_salesforce.organization_id, by_hubspot.organization_id) as organization_id,
        coalesce(by_salesforce.organization_public_id, by_hubspot.organization_public_id) as organization_public_id,
        case
            when by_salesforce.organization_id is not null then 'salesforce'
            when by_hubspot.organization_id is not null then 'hubspot'
        end as organization_source,
        coalesce(accounts.organization_public_id <> companies.organization_public_id, false)
            as has_organization_conflict
    from accounts
    left join companies
        on accounts.account_id = companies.salesforce_account_id
    left join organizations as by_salesforce
        on accounts.organization_public_id = by_salesforce.organization_public_id
    left join organizations as by_hubspot
        on companies.organization_public_id = by_hubspot.organization_public_id

)

select
    accounts.account_id,
    accounts.account_name,
    linked.organization_id,
    linked.organization_public_id,
    linked.organization_source,
    linked.has_organization_conflict,
    -- Of several accounts of an organization: the one that pays, or else was told its plan, or else is older.
    linked.organization_id is not null
    and row_number() over (
        partition by linked.organization_id
        order by
            case accounts.account_type when 'customer' then 1 when 'former customer' then 2 else 3 end asc,
            case when accounts.plan_name is not null then 1 else 2 end asc,
            accounts.created_at asc,
            accounts.account_id asc
    ) = 1 as is_primary_of_organization,
    linked.hubspot_company_id,
    linked.hubspot_lifecycle_stage,
    accounts.email_domain,
    accounts.account_type,
    accounts.account_type = 'customer' as is_customer,
    accounts.plan_name,
    accounts.owner_user_id,
    accounts.customer_success_user_id,
    accounts.account_source,
    accounts.industry,
    accounts.rating,
    accounts.country_name,
    accounts.employee_count,
    case
        when accounts.employee_count >= 1000 then 'Enterprise'
        when accounts.employee_count >= 100 then 'Mid-market'
        when accounts.employee_count >= 1 then 'SMB'
    end as segment,
    accounts.annual_revenue_usd,
    coalesce(contacts.contact_count, 0) as contact_count,
    coalesce(opportunities.opportunity_count, 0) as opportunity_count,
    coalesce(opportunities.open_opportunity_count, 0) as open_opportunity_count,
    coalesce(opportunities.won_opportunity_count, 0) as won_opportunity_count,
    opportunities.first_won_date,
    opportunities.last_won_date,
    accounts.signed_up_at,
    accounts.canceled_at,
    accounts.last_activity_date,
    accounts.created_at,
    accounts.created_date
from accounts
inner join linked
    on accounts.account_id = linked.account_id
left join contacts
    on accounts.account_id = contacts.account_id
left join opportunities
    on accounts.account_id = opportunities.account_id
