with source as (

    select * from {{ source('outreach', 'prospect') }}

)

select
    id as prospect_id,
    relationship_account_id as outreach_account_id,
    relationship_owner_id as owner_outreach_user_id,
    relationship_stage_id as stage_id,
    title as job_title,
    address_country as country_code,
    campaign_name as campaign_tag,
    cast(engaged_score as double) as engaged_score,
    cast(open_count as bigint) as open_count,
    cast(click_count as bigint) as click_count,
    cast(reply_count as bigint) as reply_count,
    opted_out as is_opted_out,
    {{ utc_timestamp('opted_out_at') }} as opted_out_at,
    {{ utc_timestamp('engaged_at') }} as engaged_at,
    {{ utc_timestamp('touched_at') }} as touched_at,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from source
where not _fivetran_deleted
