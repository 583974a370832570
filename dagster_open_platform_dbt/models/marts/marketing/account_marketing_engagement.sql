{{ config(tags=['event_log']) }}

with touches as (

    select
        account_id,
        person_id,
        touch_type,
        touch_date,
        touch_at,
        channel
    from {{ ref('marketing_event_log') }}
    where account_id is not null

),

accounts as (

    select
        account_id,
        account_name,
        organization_id,
        is_customer
    from {{ ref('dim_accounts') }}

),

-- The last day with a touch of any account: what the model knows, not what time it is.
latest as (

    select max(touch_date) as last_date
    from touches

),

engaged as (

    select
        touches.account_id,
        max(latest.last_date) as last_date,
        count(*) as touch_count,
        count(case when touches.touch_date > {{ add_days('latest.last_date', -90) }} then 1 end) as recent_touch_count,
        count(distinct touches.person_id) as person_count,
        count(distinct case
            when touches.touch_date > {{ add_days('latest.last_date', -90) }} then touches.person_id
        end) as recent_person_count,
        count(distinct touches.channel) as channel_count,
        count(case when touches.touch_type = 'form' then 1 end) as form_count,
        count(case when touches.touch_type = 'webinar_attendance' then 1 end) as webinar_attendance_count,
        min(touches.touch_at) as first_touch_at,
        max(touches.touch_at) as last_touch_at
    from touches
    cross join latest
    group by touches.account_id

)

select
    engaged.account_id,
    accounts.account_name,
    accounts.organization_id,
    coalesce(accounts.is_customer, false) as is_customer,
    engaged.last_date,
    engaged.touch_count,
    engaged.recent_touch_count,
    engaged.person_count,
    engaged.recent_person_count,
    engaged.channel_count,
    engaged.form_count,
    engaged.webinar_attendance_count,
    engaged.first_touch_at,
    engaged.last_touch_at,
    case
        when engaged.recent_person_count >= 2 and engaged.recent_touch_count >= 4 then 'high'
        when engaged.recent_touch_count >= 1 then 'some'
        else 'none'
    end as engagement_level
from engaged
left join accounts
    on engaged.account_id = accounts.account_id
