with lines as (

    select
        opportunity_id,
        product_id,
        list_price,
        unit_price,
        quantity,
        total_price
    from {{ ref('stg_salesforce__opportunity_line_item') }}

),

won as (

    select
        opportunities.opportunity_id,
        opportunities.account_id,
        opportunities.opportunity_type,
        opportunities.currency,
        quarters.quarter_start_date
    from {{ ref('fct_opportunities') }} as opportunities
    inner join {{ ref('int_sales__quarters') }} as quarters
        on opportunities.closed_date = quarters.date_day
    where opportunities.is_won

),

currencies as (

    select
        currency,
        units_per_usd
    from {{ ref('stg_salesforce__currency_type') }}

),

priced as (

    select
        won.quarter_start_date,
        won.opportunity_type,
        won.account_id,
        products.product_code,
        products.product_name,
        products.product_family,
        {{ safe_divide('lines.total_price', 'currencies.units_per_usd') }} as amount_usd,
        {{ safe_divide('lines.list_price * lines.quantity', 'currencies.units_per_usd') }} as list_amount_usd
    from lines
    inner join won
        on lines.opportunity_id = won.opportunity_id
    inner join {{ ref('dim_products') }} as products
        on lines.product_id = products.product_id
    inner join currencies
        on won.currency = currencies.currency

),

summed as (

    select
        quarter_start_date,
        opportunity_type,
        product_code,
        product_name,
        product_family,
        count(*) as line_count,
        count(distinct account_id) as account_count,
        sum(amount_usd) as amount_usd,
        sum(list_amount_usd) as list_amount_usd
    from priced
    group by
        quarter_start_date,
        opportunity_type,
        product_code,
        product_name,
        product_family

)

select
    quarter_start_date,
    opportunity_type,
    product_code,
    product_name,
    product_family,
    line_count,
    account_count,
    amount_usd,
    list_amount_usd,
    {{ safe_divide('amount_usd', 'list_amount_usd') }} as price_to_list_ratio,
    {{ safe_divide('amount_usd', 'sum(amount_usd) over (partition by quarter_start_date, opportunity_type)') }}
        as amount_fraction
from summed
