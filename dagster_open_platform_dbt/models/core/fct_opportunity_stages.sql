with opportunities as (

    select
        opportunity_id,
        account_id,
        opportunity_type,
        owner_user_id
    from {{ ref('stg_salesforce__opportunity') }}

),

-- Salesforce writes a version a second; what was superseded in the same second never held.
versions as (

    select
        opportunity_version_id,
        opportunity_id,
        stage_name,
        forecast_category,
        probability_percent,
        amount,
        currency,
        close_date,
        changed_at,
        row_number() over (
            partition by opportunity_id, changed_at
            order by
                case when valid_to is null then 1 else 0 end desc,
                valid_to desc,
                opportunity_version_id desc
        ) as rank_in_second
    from {{ ref('stg_salesforce__opportunity_history') }}

),

authors as (

    select
        opportunity_id,
        changed_at,
        max(changed_by_user_id) as changed_by_user_id
    from {{ ref('stg_salesforce__opportunity_field_history') }}
    group by
        opportunity_id,
        changed_at

),

stages as (

    select
        stage_name,
        stage_order,
        is_closed,
        is_won
    from {{ ref('stg_salesforce__opportunity_stage') }}

),

currencies as (

    select
        currency,
        units_per_usd
    from {{ ref('stg_salesforce__currency_type') }}

),

numbered as (

    select
        opportunity_version_id,
        opportunity_id,
        stage_name,
        forecast_category,
        probability_percent,
        amount,
        currency,
        close_date,
        changed_at,
        lead(changed_at) over (partition by opportunity_id order by changed_at) as valid_to,
        lag(stage_name) over (partition by opportunity_id order by changed_at) as previous_stage_name,
        row_number() over (partition by opportunity_id order by changed_at) as version_number
    from versions
    where rank_in_second = 1

)

select
    numbered.opportunity_version_id,
    numbered.opportunity_id,
    opportunities.account_id,
    opportunities.owner_user_id,
    opportunities.opportunity_type,
    numbered.version_number,
    numbered.stage_name,
    stages.stage_order,
    numbered.previous_stage_name,
    previous.stage_order as previous_stage_order,
    numbered.previous_stage_name is null or numbered.previous_stage_name <> numbered.stage_name as is_stage_change,
    coalesce(stages.is_closed, false) as is_closed,
    coalesce(stages.is_won, false) as is_won,
    numbered.forecast_category,
    numbered.probability_percent,
    numbered.currency,
    numbered.amount,
    {{ safe_divide('numbered.amount', 'currencies.units_per_usd') }} as amount_usd,
    numbered.close_date as expected_close_date,
    authors.changed_by_user_id,
    numbered.changed_at as valid_from,
    numbered.valid_to,
    numbered.valid_to is null as is_current,
    {{ hours_between('numbered.changed_at', 'numbered.valid_to') }} / 24 as days_in_version
from numbered
inner join opportunities
    on numbered.opportunity_id = opportunities.opportunity_id
left join stages
    on numbered.stage_name = stages.stage_name
left join stages as previous
    on numbered.previous_stage_name = previous.stage_name
left join currencies
    on numbered.currency = currencies.currency
left join authors
    on
        numbered.opportunity_id = authors.opportunity_id
        and numbered.changed_at = authors.changed_at
