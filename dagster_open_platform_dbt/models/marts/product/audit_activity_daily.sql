with entries as (

    select
        occurred_date,
        event_type,
        organization_id,
        user_id,
        request_source,
        is_mfa_used
    from {{ ref('stg_cloud_product__audit_log') }}

)

select
    occurred_date as audit_date,
    organization_id,
    event_type,
    count(*) as entry_count,
    count(distinct user_id) as user_count,
    count(case when user_id is null then 1 end) as system_entry_count,
    count(case when request_source = 'api' then 1 end) as api_entry_count,
    count(case when not is_mfa_used and user_id is not null then 1 end) as entry_count_without_mfa
from entries
group by
    occurred_date,
    organization_id,
    event_type
