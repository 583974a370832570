with leads as (

    select
        {{ week_start('created_date') }} as week_start_date,
        coalesce(lead_source, 'Unknown') as lead_source,
        is_duplicate,
        lead_status,
        first_worked_at,
        hours_to_first_work,
        is_converted,
        days_to_conversion,
        opportunity_id,
        is_won
    from {{ ref('dim_leads') }}

),

counted as (

    select
        week_start_date,
        lead_source,
        count(*) as lead_count,
        count(case when is_duplicate then 1 end) as duplicate_count,
        count(case when first_worked_at is not null then 1 end) as worked_count,
        count(case when hours_to_first_work <= 24 then 1 end) as worked_within_a_day_count,
        count(case when is_converted then 1 end) as converted_count,
        count(case when lead_status = 'Unqualified' then 1 end) as unqualified_count,
        count(opportunity_id) as opportunity_count,
        count(case when is_won then 1 end) as won_count,
        {{ median('hours_to_first_work') }} as median_hours_to_first_work,
        {{ median('days_to_conversion') }} as median_days_to_conversion
    from leads
    group by
        week_start_date,
        lead_source

)

select
    week_start_date,
    lead_source,
    lead_count,
    duplicate_count,
    worked_count,
    worked_within_a_day_count,
    converted_count,
    unqualified_count,
    opportunity_count,
    won_count,
    {{ safe_divide('worked_count', 'lead_count') }} as worked_rate,
    {{ safe_divide('converted_count', 'lead_count') }} as conversion_rate,
    median_hours_to_first_work,
    median_days_to_conversion
from counted
