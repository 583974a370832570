select
    organization_id,
    first_run_at,
    -- Of an organization that is older than the data, earlier runs are not known.
    case
        when cast(created_at as date) >= cast('{{ var("first_date") }}' as date)
            then cast(floor({{ seconds_between('created_at', 'first_run_at') }} / 86400) as bigint)
    end as days_to_first_run,
    cast(active_deployment_count as bigint) as active_deployment_count,
    cast(active_member_count as bigint) as active_member_count
from {{ ref('crm_organizations') }}
