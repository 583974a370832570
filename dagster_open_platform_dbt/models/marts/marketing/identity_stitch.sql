with sessions as (

    select
        visitor_id,
        source_slug,
        anonymous_id,
        user_id,
        started_at,
        ended_at,
        is_bot,
        row_number() over (
            partition by visitor_id
            order by case when user_id is null then 2 else 1 end, started_at, session_id
        ) as signed_in_rank
    from {{ ref('fct_sessions') }}

),

visitors as (

    select
        visitor_id,
        source_slug,
        anonymous_id,
        min(started_at) as first_seen_at,
        max(ended_at) as last_seen_at,
        count(*) as session_count,
        count(distinct user_id) as signed_in_user_count,
        max(case when signed_in_rank = 1 then user_id end) as signed_in_user_id,
        count(case when is_bot then 1 end) > 0 as is_bot
    from sessions
    group by
        visitor_id,
        source_slug,
        anonymous_id

),

identified as (

    select
        source_slug,
        anonymous_id,
        user_id,
        first_identified_at
    from {{ ref('stg_segment__anonymous_users') }}

),

-- The address that somebody gave last, for users whom the directory does not have (any more).
given_addresses as (

    select
        user_id,
        email_hash,
        row_number() over (partition by user_id order by identified_at desc, identify_id desc) as version_rank
    from {{ ref('stg_segment__identifies') }}
    where email_hash is not null

),

users as (

    select
        user_id,
        email_hash,
        organization_id
    from {{ ref('dim_users') }}

),

people as (

    select
        person_id,
        email_hash,
        email_domain,
        organization_id,
        account_id
    from {{ ref('int_marketing__people') }}

),

matched as (

    select
        visitors.visitor_id,
        visitors.source_slug,
        visitors.anonymous_id,
        visitors.first_seen_at,
        visitors.last_seen_at,
        visitors.session_count,
        visitors.signed_in_user_count,
        visitors.is_bot,
        identified.first_identified_at,
        -- A browser that several people use belongs to whom it was first.
        coalesce(identified.user_id, visitors.signed_in_user_id) as user_id,
        case
            when identified.user_id is not null then 'identify'
            when visitors.signed_in_user_id is not null then 'signed_in'
            else 'none'
        end as matched_by
    from visitors
    left join identified
        on
            visitors.source_slug = identified.source_slug
            and visitors.anonymous_id = identified.anonymous_id

),

addressed as (

    select
        matched.visitor_id,
        matched.source_slug,
        matched.anonymous_id,
        matched.first_seen_at,
        matched.last_seen_at,
        matched.session_count,
        matched.signed_in_user_count,
        matched.is_bot,
        matched.first_identified_at,
        matched.user_id,
        matched.matched_by,
        users.organization_id,
        coalesce(users.email_hash, given_addresses.email_hash) as email_hash
    from matched
    left join users
        on matched.user_id = users.user_id
    left join given_addresses
        on
            matched.user_id = given_addresses.user_id
            and given_addresses.version_rank = 1

)

select
    addressed.visitor_id,
    addressed.source_slug,
    addressed.anonymous_id,
    -- Whoever has the same address is the same person, whichever browser, source and user it was.
    coalesce(
        {{ text_hash("'email:' || addressed.email_hash") }},
        {{ text_hash("'user:' || cast(addressed.user_id as varchar)") }},
        {{ text_hash("'visitor:' || addressed.visitor_id") }}
    ) as person_id,
    addressed.matched_by,
    addressed.user_id is not null as is_identified,
    addressed.user_id,
    addressed.signed_in_user_count,
    addressed.email_hash,
    people.email_domain,
    coalesce(addressed.organization_id, people.organization_id) as organization_id,
    people.account_id,
    addressed.session_count,
    addressed.is_bot,
    addressed.first_identified_at,
    addressed.first_seen_at,
    addressed.last_seen_at
from addressed
left join people
    on addressed.email_hash = people.email_hash
