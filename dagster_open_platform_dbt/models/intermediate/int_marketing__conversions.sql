with sign_ups as (

    select
        sign_up_id,
        anonymous_id,
        organization_id,
        signed_up_at
    from {{ ref('stg_segment__sign_ups') }}

),

demo_requests as (

    select
        event_id,
        visitor_id,
        occurred_at
    from {{ ref('fct_events') }}
    where
        source_slug = 'website'
        and event_name = 'demo_requested'
        and not is_bot

),

visitors as (

    select
        visitor_id,
        source_slug,
        anonymous_id,
        person_id,
        organization_id,
        account_id
    from {{ ref('identity_stitch') }}

),

opportunities as (

    select
        opportunity_id,
        account_id,
        organization_id,
        contact_id,
        amount_usd,
        is_won,
        created_at
    from {{ ref('fct_opportunities') }}
    -- Renewals and expansions are no merit of marketing's.
    where opportunity_type = 'new business'

),

-- Not by the contact that a person is known by: somebody may be in Salesforce twice.
people as (

    select
        contact_id,
        {{ text_hash("'email:' || email_hash") }} as person_id
    from {{ ref('stg_salesforce__contact') }}

)

select
    {{ text_hash("'sign_up:' || sign_ups.sign_up_id") }} as conversion_id,
    'sign_up' as conversion_type,
    sign_ups.signed_up_at as converted_at,
    visitors.person_id,
    cast(null as varchar) as account_id,
    sign_ups.organization_id,
    cast(null as varchar) as opportunity_id,
    cast(null as double) as amount_usd,
    false as is_won
from sign_ups
left join visitors
    on
        sign_ups.anonymous_id = visitors.anonymous_id
        and visitors.source_slug = 'website'
union all
select
    {{ text_hash("'demo_request:' || demo_requests.event_id") }} as conversion_id,
    'demo_request' as conversion_type,
    demo_requests.occurred_at as converted_at,
    visitors.person_id,
    cast(null as varchar) as account_id,
    visitors.organization_id,
    cast(null as varchar) as opportunity_id,
    cast(null as double) as amount_usd,
    false as is_won
from demo_requests
left join visitors
    on demo_requests.visitor_id = visitors.visitor_id
union all
select
    {{ text_hash("'opportunity:' || opportunities.opportunity_id") }} as conversion_id,
    'opportunity' as conversion_type,
    opportunities.created_at as converted_at,
    people.person_id,
    opportunities.account_id,
    opportunities.organization_id,
    opportunities.opportunity_id,
    opportunities.amount_usd,
    opportunities.is_won
from opportunities
left join people
    on opportunities.contact_id = people.contact_id
