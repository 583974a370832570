with costs as (

    select
        {{ month_start('usage_date') }} as month_start,
        purpose,
        model_name,
        is_cost_of_revenue,
        cost_type,
        input_tokens,
        cache_read_tokens,
        output_tokens,
        cost_usd
    from {{ ref('fct_ai_costs_daily') }}

)

select
    month_start,
    purpose,
    model_name,
    is_cost_of_revenue,
    cast(sum(input_tokens) as bigint) as input_tokens,
    cast(sum(output_tokens) as bigint) as output_tokens,
    sum(case when cost_type = 'tokens' then cost_usd else 0 end) as token_cost_usd,
    sum(case when cost_type = 'tokens' then 0 else cost_usd end) as tool_cost_usd,
    sum(cost_usd) as cost_usd,
    {{ safe_divide('sum(cache_read_tokens)', 'sum(input_tokens)') }} as cache_hit_rate,
    {{ safe_divide(
        "1000000 * sum(case when cost_type = 'tokens' then cost_usd else 0 end)", 'sum(input_tokens + output_tokens)'
    ) }} as cost_per_million_tokens_usd
from costs
group by
    month_start,
    purpose,
    model_name,
    is_cost_of_revenue
