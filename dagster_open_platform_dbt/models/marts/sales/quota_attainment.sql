with quotas as (

    select
        user_id,
        quarter_start_date,
        quota_usd
    from {{ ref('stg_salesforce__forecasting_quota') }}

),

users as (

    select
        user_id,
        manager_user_id,
        is_active
    from {{ ref('dim_sales_users') }}

),

closed as (

    select
        opportunities.owner_user_id as user_id,
        quarters.quarter_start_date,
        count(case when opportunities.is_won then 1 end) as won_count,
        coalesce(sum(case when opportunities.is_won then opportunities.amount_usd end), 0) as won_amount_usd,
        coalesce(
            sum(
                case
                    when opportunities.is_won and opportunities.opportunity_type = 'new business'
                        then opportunities.amount_usd
                end
            ), 0
        ) as won_new_business_usd,
        coalesce(
            sum(
                case
                    when not opportunities.is_closed
                        then opportunities.amount_usd * opportunities.probability_percent / 100
                end
            ), 0
        ) as weighted_pipeline_usd
    from {{ ref('fct_opportunities') }} as opportunities
    inner join {{ ref('int_sales__quarters') }} as quarters
        on opportunities.close_date = quarters.date_day
    group by
        opportunities.owner_user_id,
        quarters.quarter_start_date

),

as_of as (

    select as_of_date
    from {{ ref('int_sales__as_of') }}

)

select
    quotas.quarter_start_date,
    quotas.user_id,
    users.manager_user_id,
    users.is_active,
    {{ add_months('quotas.quarter_start_date', 3) }} <= as_of.as_of_date as is_complete,
    quotas.quota_usd,
    coalesce(closed.won_count, 0) as won_count,
    coalesce(closed.won_amount_usd, 0) as won_amount_usd,
    coalesce(closed.won_new_business_usd, 0) as won_new_business_usd,
    coalesce(closed.weighted_pipeline_usd, 0) as weighted_pipeline_usd,
    {{ safe_divide('coalesce(closed.won_amount_usd, 0)', 'quotas.quota_usd') }} as attainment,
    row_number() over (
        partition by quotas.quarter_start_date
        order by
            coalesce(closed.won_amount_usd, 0) / quotas.quota_usd desc,
            quotas.user_id asc
    ) as attainment_rank
from quotas
cross join as_of
left join users
    on quotas.user_id = users.user_id
left join closed
    on
        quotas.user_id = closed.user_id
        and quotas.quarter_start_date = closed.quarter_start_date
