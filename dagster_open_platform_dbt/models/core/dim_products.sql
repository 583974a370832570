with products as (

    select
        product_id,
        product_code,
        product_name,
        product_family,
        product_description,
        is_active
    from {{ ref('stg_salesforce__product_2') }}

),

-- Every product is in the standard list; the others begin with its prices.
prices as (

    select
        entries.product_id,
        max(case when entries.currency = 'USD' then entries.unit_price end) as list_price_usd,
        max(case when entries.currency = 'EUR' then entries.unit_price end) as list_price_eur,
        max(case when entries.currency = 'GBP' then entries.unit_price end) as list_price_gbp
    from {{ ref('stg_salesforce__pricebook_entry') }} as entries
    inner join {{ ref('stg_salesforce__pricebook_2') }} as pricebooks
        on entries.pricebook_id = pricebooks.pricebook_id
    where pricebooks.is_standard
    group by entries.product_id

),

sales as (

    select
        lines.product_id,
        count(*) as line_count,
        count(case when opportunities.is_won then 1 end) as won_line_count,
        max(case when opportunities.is_won then opportunities.close_date end) as last_won_date
    from {{ ref('stg_salesforce__opportunity_line_item') }} as lines
    inner join {{ ref('stg_salesforce__opportunity') }} as opportunities
        on lines.opportunity_id = opportunities.opportunity_id
    group by lines.product_id

)

select
    products.product_id,
    products.product_code,
    products.product_name,
    products.product_family,
    products.product_description,
    products.is_active,
    prices.list_price_usd,
    prices.list_price_eur,
    prices.list_price_gbp,
    coalesce(sales.line_count, 0) as line_count,
    coalesce(sales.won_line_count, 0) as won_line_count,
    sales.last_won_date
from products
left join prices
    on products.product_id = prices.product_id
left join sales
    on products.product_id = sales.product_id
