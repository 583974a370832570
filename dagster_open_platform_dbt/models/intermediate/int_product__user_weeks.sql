with user_events as (

    select
        user_id,
        event_date,
        event_kind,
        organization_id,
        event_count
    from {{ ref('stg_cloud_product__user_events_counts') }}
    where event_count > 0

),

organizations as (

    select organization_id
    from {{ ref('dim_organizations') }}
    where not is_internal

)

select
    {{ week_start('user_events.event_date') }} as week_start_date,
    user_events.user_id,
    user_events.organization_id,
    count(distinct user_events.event_date) as active_day_count,
    count(distinct user_events.event_kind) as event_kind_count,
    cast(sum(user_events.event_count) as bigint) as event_count,
    cast(sum(case when user_events.event_kind = 'launch_run' then user_events.event_count else 0 end) as bigint)
        as launch_count,
    cast(sum(case when user_events.event_kind = 'edit_policy' then user_events.event_count else 0 end) as bigint)
        as policy_edit_count,
    cast(
        sum(
            case
                when user_events.event_kind in ('page_view', 'view_asset', 'search', 'open_docs')
                    then user_events.event_count
                else 0
            end
        ) as bigint
    ) as view_count
from user_events
inner join organizations
    on user_events.organization_id = organizations.organization_id
group by
    {{ week_start('user_events.event_date') }},
    user_events.user_id,
    user_events.organization_id
