with versions as (

    select
        opportunity_id,
        opportunity_type,
        stage_name,
        stage_order,
        is_closed,
        is_won,
        is_stage_change,
        valid_from,
        row_number() over (partition by opportunity_id order by version_number asc) as version_rank
    from {{ ref('fct_opportunity_stages') }}
    where is_stage_change

),

-- Each stage with the one that came after it.
passages as (

    select
        opportunity_id,
        opportunity_type,
        stage_name,
        stage_order,
        is_closed,
        valid_from as entered_at,
        lead(valid_from) over (partition by opportunity_id order by version_rank) as left_at,
        lead(stage_order) over (partition by opportunity_id order by version_rank) as next_stage_order,
        lead(is_closed) over (partition by opportunity_id order by version_rank) as is_next_closed,
        lead(is_won) over (partition by opportunity_id order by version_rank) as is_next_won
    from versions

),

timed as (

    select
        opportunity_type,
        stage_name,
        stage_order,
        {{ month_start('cast(entered_at as date)') }} as entered_month,
        left_at is null as is_there,
        coalesce(is_next_closed and not is_next_won, false) as is_lost,
        coalesce(next_stage_order > stage_order and (is_next_won or not is_next_closed), false) as is_advanced,
        {{ hours_between('entered_at', 'left_at') }} / 24 as days_in_stage
    from passages
    where not is_closed

),

counted as (

    select
        entered_month,
        opportunity_type,
        stage_name,
        stage_order,
        count(*) as entered_count,
        count(case when is_advanced then 1 end) as advanced_count,
        count(case when is_lost then 1 end) as lost_count,
        count(case when is_there then 1 end) as still_there_count,
        {{ median('days_in_stage') }} as median_days_in_stage
    from timed
    group by
        entered_month,
        opportunity_type,
        stage_name,
        stage_order

)

select
    entered_month,
    opportunity_type,
    stage_name,
    stage_order,
    entered_count,
    advanced_count,
    lost_count,
    still_there_count,
    {{ safe_divide('advanced_count', 'entered_count - still_there_count') }} as advance_rate,
    median_days_in_stage
from counted
