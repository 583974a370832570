with opportunities as (

    select
        opportunities.opportunity_type,
        coalesce(buyers.segment, 'Unknown') as segment,
        quarters.quarter_start_date,
        opportunities.is_won,
        opportunities.amount_usd,
        opportunities.days_to_close
    from {{ ref('fct_opportunities') }} as opportunities
    inner join {{ ref('dim_accounts') }} as buyers
        on opportunities.account_id = buyers.account_id
    inner join {{ ref('int_sales__quarters') }} as quarters
        on opportunities.closed_date = quarters.date_day
    where
        opportunities.is_closed
        and not opportunities.is_entered_afterwards

),

counted as (

    select
        quarter_start_date,
        opportunity_type,
        segment,
        count(*) as closed_count,
        count(case when is_won then 1 end) as won_count,
        coalesce(sum(amount_usd), 0) as closed_amount_usd,
        coalesce(sum(case when is_won then amount_usd end), 0) as won_amount_usd,
        {{ median('case when is_won then days_to_close end') }} as median_days_to_win,
        {{ median('case when not is_won then days_to_close end') }} as median_days_to_lose
    from opportunities
    group by
        quarter_start_date,
        opportunity_type,
        segment

)

select
    quarter_start_date,
    opportunity_type,
    segment,
    closed_count,
    won_count,
    closed_count - won_count as lost_count,
    closed_amount_usd,
    won_amount_usd,
    {{ safe_divide('won_count', 'closed_count') }} as win_rate,
    {{ safe_divide('won_amount_usd', 'closed_amount_usd') }} as amount_win_rate,
    {{ safe_divide('won_amount_usd', 'won_count') }} as average_won_amount_usd,
    median_days_to_win,
    median_days_to_lose
from counted
