with opportunities as (

    select
        {{ month_start('created_date') }} as cohort_month,
        opportunity_type,
        coalesce(lead_source, 'Unknown') as lead_source,
        outcome,
        amount_usd,
        days_to_close
    from {{ ref('fct_opportunities') }}
    -- What was entered after it was closed was never pipeline.
    where not is_entered_afterwards

),

cohorts as (

    select
        cohort_month,
        opportunity_type,
        lead_source,
        count(*) as created_count,
        count(case when outcome = 'won' then 1 end) as won_count,
        count(case when outcome = 'lost' then 1 end) as lost_count,
        count(case when outcome = 'open' then 1 end) as open_count,
        coalesce(sum(amount_usd), 0) as created_amount_usd,
        coalesce(sum(case when outcome = 'won' then amount_usd end), 0) as won_amount_usd,
        coalesce(sum(case when outcome = 'lost' then amount_usd end), 0) as lost_amount_usd,
        coalesce(sum(case when outcome = 'open' then amount_usd end), 0) as open_amount_usd,
        coalesce(sum(case when outcome = 'won' and days_to_close <= 30 then amount_usd end), 0)
            as won_amount_30d_usd,
        coalesce(sum(case when outcome = 'won' and days_to_close <= 90 then amount_usd end), 0)
            as won_amount_90d_usd
    from opportunities
    group by
        cohort_month,
        opportunity_type,
        lead_source

)

select
    cohort_month,
    opportunity_type,
    lead_source,
    created_count,
    won_count,
    lost_count,
    open_count,
    created_amount_usd,
    won_amount_usd,
    lost_amount_usd,
    open_amount_usd,
    won_amount_30d_usd,
    won_amount_90d_usd,
    {{ safe_divide('won_count', 'won_count + lost_count') }} as win_rate,
    {{ safe_divide('won_amount_usd', 'created_amount_usd') }} as yield_rate,
    open_count = 0 as is_settled
from cohorts
