with organizations as (

    select
        organization_id,
        organization_public_id
    from {{ ref('stg_cloud_product__organizations') }}

),

accounts as (

    select
        organization_id,
        account_id,
        account_name,
        plan_name,
        employee_count,
        country_name,
        hubspot_company_id
    from {{ ref('dim_accounts') }}
    where is_primary_of_organization

),

companies as (

    select
        company_id,
        organization_public_id,
        company_name,
        plan_name,
        employee_count,
        country,
        created_at
    from {{ ref('stg_hubspot__company') }}

),

-- The company that the account is linked to, or else the oldest that names the organization.
candidates as (

    select
        organizations.organization_id,
        companies.company_id,
        companies.company_name,
        companies.plan_name,
        companies.employee_count,
        companies.country,
        row_number() over (
            partition by organizations.organization_id
            order by
                case when companies.company_id = accounts.hubspot_company_id then 1 else 2 end asc,
                companies.created_at asc,
                companies.company_id asc
        ) as place
    from organizations
    left join accounts
        on organizations.organization_id = accounts.organization_id
    inner join companies
        on
            accounts.hubspot_company_id = companies.company_id
            or organizations.organization_public_id = companies.organization_public_id

),

customers as (

    select
        organization_id,
        stripe_customer_id,
        customer_name,
        country_code,
        currency
    from {{ ref('dim_stripe_customers') }}
    where
        organization_id is not null
        and is_primary

),

contracts as (

    select
        organization_id,
        plan_name
    from {{ ref('dim_contracts') }}
    where is_current

),

countries as (

    select
        country_code,
        country_name
    from {{ ref('country_codes') }}

)

select
    organizations.organization_id,
    accounts.account_id as salesforce_account_id,
    candidates.company_id as hubspot_company_id,
    customers.stripe_customer_id,
    coalesce(accounts.account_name, candidates.company_name) as crm_name,
    customers.customer_name as billing_name,
    upper(coalesce(accounts.plan_name, candidates.plan_name)) as crm_plan,
    upper(contracts.plan_name) as billing_plan,
    coalesce(accounts.employee_count, candidates.employee_count) as crm_employee_count,
    countries.country_code as crm_country,
    upper(customers.country_code) as billing_country,
    upper(customers.currency) as billing_currency
from organizations
left join accounts
    on organizations.organization_id = accounts.organization_id
left join candidates
    on
        organizations.organization_id = candidates.organization_id
        and candidates.place = 1
left join customers
    on organizations.organization_id = customers.organization_id
left join contracts
    on organizations.organization_id = contracts.organization_id
-- Both CRMs write countries as English names.
left join countries
    on coalesce(accounts.country_name, candidates.country) = countries.country_name
