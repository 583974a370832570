with steps as (

    select
        sequence_step_id,
        sequence_id,
        step_number,
        step_type
    from {{ ref('stg_outreach__sequence_step') }}

),

sequences as (

    select
        sequence_id,
        sequence_name
    from {{ ref('stg_outreach__sequence') }}

),

mailings as (

    select
        sequence_step_id,
        count(*) as mailing_count,
        count(delivered_at) as delivered_count,
        count(opened_at) as opened_count,
        count(clicked_at) as clicked_count,
        count(replied_at) as replied_count,
        count(unsubscribed_at) as unsubscribed_count,
        {{ median(hours_between('delivered_at', 'replied_at')) }} as median_hours_to_reply
    from {{ ref('stg_outreach__mailing') }}
    group by sequence_step_id

)

select
    steps.sequence_step_id,
    steps.sequence_id,
    sequences.sequence_name,
    steps.step_number,
    steps.step_type,
    coalesce(mailings.mailing_count, 0) as mailing_count,
    coalesce(mailings.delivered_count, 0) as delivered_count,
    coalesce(mailings.opened_count, 0) as opened_count,
    coalesce(mailings.clicked_count, 0) as clicked_count,
    coalesce(mailings.replied_count, 0) as replied_count,
    coalesce(mailings.unsubscribed_count, 0) as unsubscribed_count,
    {{ safe_divide('mailings.opened_count', 'mailings.delivered_count') }} as open_rate,
    {{ safe_divide('mailings.replied_count', 'mailings.delivered_count') }} as reply_rate,
    mailings.median_hours_to_reply
from steps
inner join sequences
    on steps.sequence_id = sequences.sequence_id
left join mailings
    on steps.sequence_step_id = mailings.sequence_step_id
