with source as (

    select * from {{ source('aws', 'aws_cost_report') }}

)

-- Rows of the report have no key, and several may say the same of an hour: together they are its cost.
select
    cast(line_item_usage_start_date as timestamp) as usage_started_at,
    cast(line_item_usage_start_date as date) as usage_date,
    line_item_usage_account_id as aws_account_id,
    line_item_product_code as product_code,
    line_item_usage_type as usage_type,
    line_item_operation as operation,
    line_item_resource_id as resource_id,
    product_region as aws_region,
    coalesce(nullif(trim(resource_tags_user_team), ''), 'untagged') as team,
    sum(line_item_usage_amount) as usage_amount,
    sum(line_item_unblended_cost) as cost_usd,
    count(*) as line_count
from source
group by
    line_item_usage_start_date,
    line_item_usage_account_id,
    line_item_product_code,
    line_item_usage_type,
    line_item_operation,
    line_item_resource_id,
    product_region,
    coalesce(nullif(trim(resource_tags_user_team), ''), 'untagged')
