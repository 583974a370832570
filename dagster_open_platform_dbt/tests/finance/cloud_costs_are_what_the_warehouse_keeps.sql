{{
    config(
        severity='warn',
        meta={'dagster': {'ref': {'name': 'fct_cloud_costs_daily'}}}
    )
}}

-- The warehouse adds the report up by itself, up to twelve hours later; recent days still change, hence a warning.
with built as (

    select
        usage_date,
        product_code,
        team,
        sum(cost_usd) as cost_usd
    from {{ ref('fct_cloud_costs_daily') }}
    group by
        usage_date,
        product_code,
        team

),

kept as (

    select
        usage_date,
        product_code,
        team,
        cost_usd
    from {{ ref('stg_aws__daily_costs') }}

)

select
    coalesce(built.usage_date, kept.usage_date) as usage_date,
    coalesce(built.product_code, kept.product_code) as product_code,
    coalesce(built.team, kept.team) as team,
    built.cost_usd as built_cost_usd,
    kept.cost_usd as kept_cost_usd
from built
full outer join kept
    on
        built.usage_date = kept.usage_date
        and built.product_code = kept.product_code
        and built.team = kept.team
where abs(coalesce(built.cost_usd, 0) - coalesce(kept.cost_usd, 0)) >= 0.0001
