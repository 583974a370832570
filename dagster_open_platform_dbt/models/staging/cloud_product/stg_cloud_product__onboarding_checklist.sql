with source as (

    {{ union_shards('access', 'onboarding_checklist', [
        'id', 'organization_id', 'step', 'is_completed', 'completed_by', 'completed_at', 'created_at', 'updated_at',
        '_sling_loaded_at'
    ]) }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by updated_at desc, _sling_loaded_at desc, shard asc
    ) = 1

)

select
    id as checklist_item_id,
    organization_id,
    step as onboarding_step,
    is_completed,
    completed_by as completed_by_user_id,
    completed_at,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
