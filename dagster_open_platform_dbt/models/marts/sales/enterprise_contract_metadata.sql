with contracts as (

    select
        contract_id,
        contract_number,
        account_id,
        account_name,
        organization_id,
        opportunity_id,
        contract_year,
        currency,
        start_date,
        end_date,
        arr_usd,
        is_current,
        days_to_end,
        renewal_state,
        customer_success_user_id
    from {{ ref('reporting_contract_info') }}

),

lines as (

    select
        opportunity_id,
        count(*) as line_count,
        max(case when product_code = 'DP-ENTERPRISE' then unit_price end) as platform_price,
        max(case when product_code = 'DP-ENTERPRISE' then list_price end) as platform_list_price,
        sum(case when product_code = 'DP-CREDITS' then total_price end) as credits_price,
        sum(case when product_code = 'DP-SUPPORT' then total_price end) as support_price
    from {{ ref('stg_salesforce__opportunity_line_item') }}
    group by opportunity_id

),

roles as (

    select
        opportunity_id,
        count(*) as stakeholder_count,
        count(case when contact_role = 'Economic Buyer' then 1 end) as economic_buyer_count
    from {{ ref('stg_salesforce__opportunity_contact_role') }}
    group by opportunity_id

),

ordered as (

    select
        contract_id,
        lag(arr_usd) over (partition by account_id order by start_date) as previous_arr_usd
    from contracts

)

select
    contracts.contract_id,
    contracts.contract_number,
    contracts.account_id,
    contracts.account_name,
    contracts.organization_id,
    contracts.contract_year,
    contracts.start_date,
    contracts.end_date,
    contracts.is_current,
    contracts.days_to_end,
    contracts.renewal_state,
    contracts.customer_success_user_id,
    contracts.currency,
    lines.line_count,
    lines.platform_price,
    lines.platform_list_price,
    coalesce(lines.credits_price, 0) as credits_price,
    coalesce(lines.support_price, 0) as support_price,
    lines.support_price is not null as has_premium_support,
    contracts.arr_usd,
    ordered.previous_arr_usd,
    contracts.arr_usd - ordered.previous_arr_usd as arr_change_usd,
    coalesce(roles.stakeholder_count, 0) as stakeholder_count,
    coalesce(roles.economic_buyer_count, 0) > 0 as is_economic_buyer_known
from contracts
inner join lines
    on contracts.opportunity_id = lines.opportunity_id
inner join ordered
    on contracts.contract_id = ordered.contract_id
left join roles
    on contracts.opportunity_id = roles.opportunity_id
where lines.platform_price is not null
