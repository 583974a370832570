with source as (

    select * from {{ source('bing', 'account_history') }}

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
    cast(id as varchar) as account_id,
    name as account_name,
    currency_code as currency,
    account_life_cycle_status as status,
    {{ utc_timestamp('last_modified_time') }} as updated_at
from latest
