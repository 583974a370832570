"""The tables of the data plane (`main`, `shard1` and `eu`; deployments in `xregion` too).

What belongs here: their declaration. What does not: their rows.
"""

from dagster_open_platform_local.company.product.schema import ProductTable, table

_SHARDS = ("main", "shard1", "eu")
_EVERYWHERE = ("main", "shard1", "xregion", "eu")

AGENT_VERSION_SINCE = 106
"""Days after the epoch on which `deployments.agent_version` came: 2026-09-15 with the usual epoch."""

SHARD_TABLES: tuple[ProductTable, ...] = (
    table(
        "deployments",
        _EVERYWHERE,
        f"""
        id bigint
        public_id uuid
        organization_id bigint
        name text
        deployment_type text
        agent_type text
        status text
        parent_deployment_id bigint null
        settings jsonb
        last_deployed_at timestamp null
        created_at timestamptz
        updated_at timestamptz
        agent_version text null since {AGENT_VERSION_SINCE}
        """,
    ),
    table(
        "serverless_agents",
        _SHARDS,
        """
        id bigint
        organization_id bigint
        deployment_id bigint
        status text
        cpu_limit double precision
        memory_mb integer
        restart_count integer
        restarted_at timestamptz null
        created_at timestamptz
        updated_at timestamptz
        """,
    ),
    table(
        "jobs",
        _SHARDS,
        """
        id bigint
        organization_id bigint
        deployment_id bigint
        location_id bigint
        name text
        is_asset_job boolean null
        schedule text null
        created_at timestamptz
        updated_at timestamptz
        """,
    ),
    table(
        "notifications",
        _SHARDS,
        """
        id bigint
        organization_id bigint
        alert_id bigint
        channel text
        recipient text null
        subject text
        body text null
        status text
        created_at timestamptz
        sent_at timestamptz null
        updated_at timestamptz
        """,
    ),
    table(
        "alerts",
        _SHARDS,
        """
        id bigint
        organization_id bigint
        deployment_id bigint
        alert_policy_id bigint null
        run_id uuid
        status text
        created_at timestamptz
        updated_at timestamptz
        resolved_at timestamptz null
        """,
    ),
    table(
        "alert_policies",
        _SHARDS,
        """
        id bigint
        organization_id bigint
        deployment_id bigint
        name text
        description text null
        event_types text[] null
        notification_service jsonb
        is_enabled boolean
        created_at timestamptz
        updated_at timestamptz
        """,
    ),
    table(
        "catalog_views",
        _SHARDS,
        """
        id bigint
        organization_id bigint
        name text
        description text null
        query jsonb
        is_public boolean
        created_by bigint
        created_at timestamptz
        updated_at timestamptz
        """,
    ),
    table(
        "repository_locations_data",
        _SHARDS,
        """
        id bigint
        organization_id bigint
        deployment_id bigint
        location_name text
        image text null
        load_count integer
        load_error text null
        document jsonb null
        loaded_at timestamp
        created_at timestamptz
        updated_at timestamptz
        """,
    ),
    table(
        "runs",
        _SHARDS,
        """
        id bigint
        run_id uuid
        organization_id bigint
        deployment_id bigint
        job_id bigint
        job_name text
        status text
        partition_date date null
        start_time double precision null
        end_time double precision null
        compute_cost numeric(18,6) null
        created_at timestamptz
        updated_at timestamptz
        """,
        indexes="updated_at created_at",
    ),
    table(
        "run_tags",
        _SHARDS,
        """
        id bigint
        run_id uuid
        organization_id bigint
        key text
        value text null
        created_at timestamptz
        """,
        indexes="created_at",
    ),
    table(
        "event_logs",
        _SHARDS,
        """
        id bigint
        run_id uuid
        organization_id bigint
        event_type text
        step_key text null
        asset_key text null
        timestamp timestamptz
        body jsonb
        """,
        indexes="timestamp",
    ),
    table(
        "user_events_counts",
        _SHARDS,
        """
        user_id bigint
        day date
        event_kind text
        organization_id bigint
        count integer
        created_at timestamptz
        updated_at timestamptz
        """,
        key="user_id day event_kind",
    ),
)
