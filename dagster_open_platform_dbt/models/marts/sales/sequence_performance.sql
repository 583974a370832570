with sequences as (

    select
        sequence_id,
        sequence_name,
        is_enabled,
        step_count,
        automated_fraction,
        last_used_at
    from {{ ref('stg_outreach__sequence') }}

),

states as (

    select
        sequence_id,
        count(*) as enrollment_count,
        count(distinct prospect_id) as person_count,
        count(case when sequence_state = 'active' then 1 end) as active_count,
        count(case when replied_at is not null then 1 end) as replied_count,
        count(case when positive_reply_count > 0 then 1 end) as positive_count,
        count(case when opt_out_count > 0 then 1 end) as opted_out_count
    from {{ ref('stg_outreach__sequence_state') }}
    group by sequence_id

),

mailings as (

    select
        sequence_id,
        count(*) as mailing_count,
        count(delivered_at) as delivered_count,
        count(opened_at) as opened_count,
        count(clicked_at) as clicked_count,
        count(replied_at) as answered_count,
        count(bounced_at) as bounced_count
    from {{ ref('stg_outreach__mailing') }}
    group by sequence_id

),

calls as (

    select
        calls.sequence_id,
        count(*) as call_count,
        count(case when calls.is_answered then 1 end) as answered_call_count,
        count(case when dispositions.disposition_name = 'Meeting Booked' then 1 end) as meeting_booked_count
    from {{ ref('stg_outreach__call') }} as calls
    left join {{ ref('stg_outreach__call_disposition') }} as dispositions
        on calls.disposition_id = dispositions.disposition_id
    group by calls.sequence_id

)

select
    sequences.sequence_id,
    sequences.sequence_name,
    sequences.is_enabled,
    sequences.step_count,
    sequences.automated_fraction,
    sequences.last_used_at,
    coalesce(states.enrollment_count, 0) as enrollment_count,
    coalesce(states.person_count, 0) as person_count,
    coalesce(states.active_count, 0) as active_count,
    coalesce(mailings.mailing_count, 0) as mailing_count,
    coalesce(mailings.delivered_count, 0) as delivered_count,
    coalesce(mailings.opened_count, 0) as opened_count,
    coalesce(mailings.clicked_count, 0) as clicked_count,
    coalesce(mailings.bounced_count, 0) as bounced_count,
    coalesce(states.replied_count, 0) as replied_count,
    coalesce(states.positive_count, 0) as positive_count,
    coalesce(states.opted_out_count, 0) as opted_out_count,
    coalesce(calls.call_count, 0) as call_count,
    coalesce(calls.answered_call_count, 0) as answered_call_count,
    coalesce(calls.meeting_booked_count, 0) as meeting_booked_count,
    {{ safe_divide('mailings.opened_count', 'mailings.delivered_count') }} as open_rate,
    {{ safe_divide('states.replied_count', 'states.enrollment_count') }} as reply_rate,
    {{ safe_divide('states.positive_count', 'states.replied_count') }} as positive_fraction,
    {{ safe_divide('mailings.bounced_count', 'mailings.mailing_count') }} as bounce_rate
from sequences
left join states
    on sequences.sequence_id = states.sequence_id
left join mailings
    on sequences.sequence_id = mailings.sequence_id
left join calls
    on sequences.sequence_id = calls.sequence_id
