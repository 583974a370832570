with opportunities as (

    select
        opportunities.opportunity_id,
        opportunities.opportunity_type,
        opportunities.closed_date,
        opportunities.is_won,
        opportunities.days_to_close,
        opportunities.push_count,
        coalesce(buyers.segment, 'Unknown') as segment
    from {{ ref('fct_opportunities') }} as opportunities
    inner join {{ ref('dim_accounts') }} as buyers
        on opportunities.account_id = buyers.account_id
    where opportunities.days_to_close is not null

),

activities as (

    select
        opportunity_id,
        count(*) as activity_count
    from {{ ref('fct_activities') }}
    where opportunity_id is not null
    group by opportunity_id

)

select
    {{ month_start('opportunities.closed_date') }} as closed_month,
    opportunities.opportunity_type,
    opportunities.segment,
    count(*) as closed_count,
    count(case when opportunities.is_won then 1 end) as won_count,
    avg(cast(opportunities.days_to_close as double)) as average_days_to_close,
    {{ median('opportunities.days_to_close') }} as median_days_to_close,
    {{ median('case when opportunities.is_won then opportunities.days_to_close end') }} as median_days_to_win,
    max(opportunities.days_to_close) as longest_days_to_close,
    avg(cast(opportunities.push_count as double)) as average_push_count,
    cast(coalesce(sum(activities.activity_count), 0) as bigint) as activity_count
from opportunities
left join activities
    on opportunities.opportunity_id = activities.opportunity_id
group by
    {{ month_start('opportunities.closed_date') }},
    opportunities.opportunity_type,
    opportunities.segment
