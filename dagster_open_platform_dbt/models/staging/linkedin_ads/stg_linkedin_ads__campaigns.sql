with source as (

    select * from {{ source('linkedin_ads', 'campaign_history') }}

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
    cast(id as varchar) as campaign_id,
    cast(account_id as varchar) as account_id,
    cast(campaign_group_id as varchar) as campaign_group_id,
    name as campaign_name,
    status,
    objective_type,
    daily_budget_amount as daily_budget,
    cast({{ utc_timestamp('run_schedule_start') }} as date) as start_date,
    {{ utc_timestamp('run_schedule_end') }} as end_at,
    {{ utc_timestamp('last_modified_time') }} as updated_at
from latest
