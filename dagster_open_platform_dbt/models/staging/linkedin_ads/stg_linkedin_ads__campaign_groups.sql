with source as (

    select * from {{ source('linkedin_ads', 'campaign_group_history') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by last_modified_time desc, _fivetran_synced desc
    ) = 1

)

select
    cast(id as varchar) as campaign_group_id,
    cast(account_id as varchar) as account_id,
    name as campaign_group_name,
    status
from latest
