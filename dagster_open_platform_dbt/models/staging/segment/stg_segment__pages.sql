with calls as (

    {{ segment_calls(
        'pages',
        [
            'path', 'title', 'context_user_agent',
            'context_campaign_name', 'context_campaign_source', 'context_campaign_medium'
        ],
        ['website', 'product', 'docs', 'university']
    ) }}

)

select
    source_slug,
    id as page_view_id,
    anonymous_id,
    user_id,
    path as page_path,
    title as page_title,
    context_campaign_name as campaign_tag,
    context_campaign_source as campaign_source,
    context_campaign_medium as campaign_medium,
    lower(context_user_agent) like '%bot%' as is_bot,
    happened_at as viewed_at,
    cast(happened_at as date) as viewed_date,
    received_at,
    loaded_at
from calls
