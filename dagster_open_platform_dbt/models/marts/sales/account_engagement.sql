with accounts as (

    select
        account_id,
        account_name,
        organization_id,
        account_type,
        segment,
        owner_user_id,
        contact_count,
        open_opportunity_count
    from {{ ref('dim_accounts') }}

),

as_of as (

    select as_of_date
    from {{ ref('int_sales__as_of') }}

),

activities as (

    select
        activities.account_id,
        count(*) as activity_count,
        max(activities.occurred_date) as last_activity_date,
        max(case when activities.is_connected then activities.occurred_date end) as last_connected_date,
        count(
            case when activities.occurred_date > {{ add_days('as_of.as_of_date', -28) }} then 1 end
        ) as activity_count_28d,
        count(
            case when activities.occurred_date > {{ add_days('as_of.as_of_date', -90) }} then 1 end
        ) as activity_count_90d,
        count(
            case
                when activities.is_connected and activities.occurred_date > {{ add_days('as_of.as_of_date', -90) }}
                    then 1
            end
        ) as connected_count_90d,
        count(
            distinct case
                when activities.occurred_date > {{ add_days('as_of.as_of_date', -90) }} then activities.email_hash
            end
        ) as person_count_90d
    from {{ ref('fct_activities') }} as activities
    cross join as_of
    where
        activities.account_id is not null
        and activities.occurred_date <= as_of.as_of_date
    group by activities.account_id

),

contracts as (

    select
        account_id,
        sum(arr_usd) as arr_usd,
        min(days_to_end) as days_to_renewal
    from {{ ref('reporting_contract_info') }}
    where is_current
    group by account_id

)

select
    accounts.account_id,
    accounts.account_name,
    accounts.organization_id,
    accounts.account_type,
    accounts.segment,
    accounts.owner_user_id,
    accounts.contact_count,
    accounts.open_opportunity_count,
    contracts.arr_usd,
    contracts.days_to_renewal,
    coalesce(activities.activity_count, 0) as activity_count,
    coalesce(activities.activity_count_28d, 0) as activity_count_28d,
    coalesce(activities.activity_count_90d, 0) as activity_count_90d,
    coalesce(activities.connected_count_90d, 0) as connected_count_90d,
    coalesce(activities.person_count_90d, 0) as person_count_90d,
    activities.last_activity_date,
    activities.last_connected_date,
    case
        when activities.activity_count is null then 'never touched'
        when activities.connected_count_90d > 0 then 'in touch'
        when activities.activity_count_90d > 0 then 'no answer'
        else 'quiet'
    end as engagement,
    -- A renewal within 90 days of somebody with whom nobody has spoken for as long.
    coalesce(contracts.days_to_renewal <= 90, false) and coalesce(activities.connected_count_90d, 0) = 0
        as is_renewal_neglected
from accounts
left join activities
    on accounts.account_id = activities.account_id
left join contracts
    on accounts.account_id = contracts.account_id
