with accounts as (

    select
        slack_user_id,
        email_sha256,
        is_deactivated,
        is_guest,
        time_zone
    from {{ ref('stg_slack__users') }}
    where not is_bot

),

member_days as (

    select
        activity_date,
        slack_user_id,
        joined_date,
        is_active,
        channel_message_count,
        reaction_count
    from {{ ref('stg_slack__member_analytics') }}

),

activity as (

    select
        slack_user_id,
        min(joined_date) as joined_date,
        min(case when is_active then activity_date end) as first_active_date,
        max(case when is_active then activity_date end) as last_active_date,
        count(case when is_active then 1 end) as active_day_count,
        count(case when channel_message_count > 0 then 1 end) as posting_day_count,
        cast(sum(channel_message_count) as bigint) as channel_message_count,
        cast(sum(reaction_count) as bigint) as reaction_count
    from member_days
    group by slack_user_id

),

latest as (

    select max(activity_date) as last_date
    from member_days

),

product_users as (

    select
        user_id,
        email_sha256,
        -- Two accounts may have one address: the one that may log in, or else the older.
        row_number() over (
            partition by email_sha256
            order by case when is_active then 1 else 2 end asc, created_at asc, user_id asc
        ) as place
    from {{ ref('stg_cloud_product__users') }}
    where email_sha256 is not null

),

users as (

    select
        user_id,
        organization_id
    from {{ ref('dim_users') }}

)

select
    accounts.slack_user_id,
    product_users.user_id,
    users.organization_id,
    accounts.is_deactivated,
    accounts.is_guest,
    accounts.time_zone,
    activity.joined_date,
    activity.first_active_date,
    activity.last_active_date,
    coalesce({{ days_between('activity.last_active_date', 'latest.last_date') }} < 28, false) as is_active_in_28_days,
    coalesce(activity.active_day_count, 0) as active_day_count,
    coalesce(activity.posting_day_count, 0) as posting_day_count,
    coalesce(activity.channel_message_count, 0) as channel_message_count,
    coalesce(activity.reaction_count, 0) as reaction_count
from accounts
cross join latest
left join activity
    on accounts.slack_user_id = activity.slack_user_id
left join product_users
    on
        accounts.email_sha256 = product_users.email_sha256
        and product_users.place = 1
left join users
    on product_users.user_id = users.user_id
