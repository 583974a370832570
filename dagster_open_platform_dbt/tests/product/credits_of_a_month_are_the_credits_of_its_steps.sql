{{ config(meta={'dagster': {'ref': {'name': 'fct_steps'}}}) }}

-- Credits of a month are those of the steps whose runs were requested in it: none is lost on the way.
with months as (

    select
        usage_month,
        sum(used_credits) as used_credits
    from {{ ref('credit_utilization') }}
    group by usage_month

),

steps as (

    select
        {{ month_start('run_date') }} as usage_month,
        sum(credit_count) as step_credits
    from {{ ref('fct_steps') }}
    group by {{ month_start('run_date') }}

)

select
    months.usage_month,
    months.used_credits,
    steps.step_credits
from months
full outer join steps
    on months.usage_month = steps.usage_month
where coalesce(months.used_credits, 0) <> coalesce(steps.step_credits, 0)
