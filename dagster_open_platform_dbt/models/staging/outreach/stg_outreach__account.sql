with source as (

    select * from {{ source('outreach', 'account') }}

)

select
    id as outreach_account_id,
    custom_id as account_id,
    named as is_named,
    relationship_owner_id as owner_outreach_user_id,
    {{ utc_timestamp('touched_at') }} as touched_at,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from source
where not _fivetran_deleted
