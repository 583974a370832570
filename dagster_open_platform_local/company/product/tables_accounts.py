"""The tables of the directory (`main`, `xregion`, `eu`) and of access (`main`, `eu`).

What belongs here: their declaration. What does not: their rows.
"""

from dagster_open_platform_local.company.product.schema import ProductTable, table

_DIRECTORY = ("main", "xregion", "eu")
_ACCESS = ("main", "eu")

ACCOUNT_TABLES: tuple[ProductTable, ...] = (
    table(
        "organizations",
        _DIRECTORY,
        """
        id bigint
        public_id text
        name text
        domain text
        plan text
        region text
        country text null
        employee_count integer null
        is_internal boolean
        settings jsonb
        created_at timestamptz
        updated_at timestamptz
        canceled_at timestamptz null
        """,
    ),
    table(
        "users",
        _DIRECTORY,
        """
        id bigint
        public_id uuid
        email text
        first_name text
        last_name text
        display_name text null
        github_login text null
        is_active boolean
        email_verified_at timestamp null
        mfa_enrolled_at timestamptz null
        created_at timestamptz
        updated_at timestamptz
        deactivated_at timestamptz null
        """,
    ),
    table(
        "users_organizations",
        _DIRECTORY,
        """
        id bigint
        user_id bigint
        organization_id bigint
        role text null
        is_guest boolean
        created_at timestamptz
        updated_at timestamptz
        """,
    ),
    table(
        "customer_info",
        _DIRECTORY,
        """
        organization_id bigint
        billing_contact text null
        billing_email text
        plan text
        tax_country text null
        tax_id text null
        currency text
        monthly_commitment numeric(18,6) null
        contract_start date null
        payment_terms_days smallint null
        notes text null
        created_at timestamptz
        updated_at timestamptz
        """,
        key="organization_id",
    ),
    table(
        "permissions",
        _ACCESS,
        """
        id bigint
        organization_id bigint
        role text
        scope text
        deployment_name text null
        created_at timestamptz
        updated_at timestamptz
        """,
    ),
    table(
        "users_permissions",
        _ACCESS,
        """
        user_id bigint
        permission_id bigint
        created_at timestamptz
        """,
        key="user_id permission_id",
        indexes="created_at",
    ),
    table(
        "teams",
        _ACCESS,
        """
        id bigint
        organization_id bigint
        name text
        description text null
        created_at timestamptz
        updated_at timestamptz
        """,
    ),
    table(
        "teams_users",
        _ACCESS,
        """
        team_id bigint
        user_id bigint
        added_by bigint null
        created_at timestamptz
        """,
        key="team_id user_id",
        indexes="created_at",
    ),
    table(
        "teams_permissions",
        _ACCESS,
        """
        team_id bigint
        permission_id bigint
        created_at timestamptz
        """,
        key="team_id permission_id",
        indexes="created_at",
    ),
    table(
        "session_tokens",
        _ACCESS,
        """
        id bigint
        user_id bigint
        organization_id bigint
        token_hash text
        user_agent text null
        created_at timestamptz
        expires_at timestamptz
        """,
        indexes="created_at",
    ),
    table(
        "onboarding_checklist",
        _ACCESS,
        """
        id bigint
        organization_id bigint
        step text
        is_completed boolean
        completed_by bigint null
        completed_at timestamp null
        created_at timestamptz
        updated_at timestamptz
        """,
    ),
    table(
        "audit_log",
        _ACCESS,
        """
        id bigint
        organization_id bigint
        user_id bigint null
        event_type text
        target text null
        metadata jsonb
        ip_address text null
        created_at timestamptz
        """,
        indexes="created_at",
    ),
)
