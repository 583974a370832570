with territories as (

    select
        territory_name,
        country_code,
        segment,
        account_executive_email_hash,
        sales_development_email_hash,
        effective_date
    from {{ ref('stg_google_sheets__territory_assignments') }}

),

countries as (

    select
        country_code,
        country_name,
        sales_region
    from {{ ref('country_codes') }}

),

users as (

    select
        user_id,
        email_hash,
        is_active
    from {{ ref('dim_sales_users') }}

),

accounts as (

    select
        buyers.account_id,
        buyers.segment,
        buyers.owner_user_id,
        buyers.is_customer,
        buyers.last_activity_date,
        buyers.open_opportunity_count,
        countries.country_code
    from {{ ref('dim_accounts') }} as buyers
    inner join countries
        on buyers.country_name = countries.country_name

),

pipeline as (

    select
        account_id,
        sum(case when not is_closed then amount_usd end) as open_amount_usd,
        sum(case when is_won then amount_usd end) as won_amount_usd
    from {{ ref('fct_opportunities') }}
    group by account_id

),

as_of as (

    select as_of_date
    from {{ ref('int_sales__as_of') }}

),

assigned as (

    select
        territories.territory_name,
        territories.country_code,
        countries.sales_region,
        territories.segment,
        territories.effective_date,
        executives.user_id as account_executive_user_id,
        developers.user_id as sales_development_user_id,
        coalesce(executives.is_active, false) and coalesce(developers.is_active, false) as is_staffed
    from territories
    left join countries
        on territories.country_code = countries.country_code
    left join users as executives
        on territories.account_executive_email_hash = executives.email_hash
    left join users as developers
        on territories.sales_development_email_hash = developers.email_hash

)

select
    assigned.territory_name,
    assigned.country_code,
    assigned.sales_region,
    assigned.segment,
    assigned.effective_date,
    assigned.account_executive_user_id,
    assigned.sales_development_user_id,
    assigned.is_staffed,
    count(accounts.account_id) as account_count,
    count(case when accounts.is_customer then 1 end) as customer_count,
    count(case when accounts.owner_user_id = assigned.account_executive_user_id then 1 end) as own_account_count,
    count(
        case when accounts.last_activity_date > {{ add_days('as_of.as_of_date', -90) }} then 1 end
    ) as touched_account_count,
    cast(coalesce(sum(accounts.open_opportunity_count), 0) as bigint) as open_opportunity_count,
    coalesce(sum(pipeline.open_amount_usd), 0) as open_amount_usd,
    coalesce(sum(pipeline.won_amount_usd), 0) as won_amount_usd,
    {{ safe_divide('count(case when accounts.is_customer then 1 end)', 'count(accounts.account_id)') }}
        as penetration
from assigned
cross join as_of
left join accounts
    on
        assigned.country_code = accounts.country_code
        and assigned.segment = accounts.segment
left join pipeline
    on accounts.account_id = pipeline.account_id
group by
    assigned.territory_name,
    assigned.country_code,
    assigned.sales_region,
    assigned.segment,
    assigned.effective_date,
    assigned.account_executive_user_id,
    assigned.sales_development_user_id,
    assigned.is_staffed
