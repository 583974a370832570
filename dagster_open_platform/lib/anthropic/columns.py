"""The tables that Anthropic's answers become: their columns, with what each means.

What belongs here: names, types, descriptions. What does not: filling them (`tables.py`). Times are UTC; null workspaces are the default one.
"""

from collections.abc import Mapping

from dagster_open_platform.lib.columns import Column

_DATE = Column("usage_date", "date", "UTC day")
_WORKSPACE = Column("workspace_id", "string", "Workspace; null for the default one", nullable=True)
_MODEL = Column("model", "string", "Name of the model", nullable=True)
USAGE = (
    _DATE,
    Column("bucket_start", "timestamp", "Beginning of the hour"),
    _WORKSPACE,
    Column("api_key_id", "string", "Key that was used; null for the Console", nullable=True),
    _MODEL,
    Column(
        "service_tier",
        "string",
        "standard, batch or priority, which the cost report leaves out",
        nullable=True,
    ),
    Column("context_window", "string", "0-200k or 200k-1M tokens, which may cost more", nullable=True),
    Column("uncached_input_tokens", "integer", "Tokens of prompts that were not cached"),
    Column("cache_write_5m_tokens", "integer", "Tokens written to the cache for 5 minutes"),
    Column("cache_write_1h_tokens", "integer", "Tokens written to the cache for an hour"),
    Column("cache_read_tokens", "integer", "Tokens read from the cache"),
    Column("output_tokens", "integer", "Tokens of answers"),
    Column("web_search_requests", "integer", "Web searches"),
)
COST = (
    _DATE,
    _WORKSPACE,
    Column("description", "string", "What Anthropic calls the item", nullable=True),
    Column("cost_type", "string", "tokens, web_search or code_execution", nullable=True),
    _MODEL,
    Column("service_tier", "string", "standard or batch; null unless it is for tokens", nullable=True),
    Column("context_window", "string", "As in usage; null unless it is for tokens", nullable=True),
    Column("token_type", "string", "Kind of tokens; null unless it is for tokens", nullable=True),
    Column("amount_cents", "decimal", "Cents and fractions of them, exactly as reported"),
    Column("currency", "string", "Code of the currency"),
)
CLAUDE_CODE = (
    _DATE,
    Column("actor_type", "string", "user_actor or api_actor"),
    Column("actor", "string", "E-mail address of the user, or name of the API key"),
    Column("terminal_type", "string", "Where it ran, such as vscode", nullable=True),
    Column("customer_type", "string", "api or subscription", nullable=True),
    Column("model", "string", "Name of the model; null where none was used", nullable=True),
    Column("input_tokens", "integer", "Tokens of prompts that were not cached", nullable=True),
    Column("output_tokens", "integer", "Tokens of answers", nullable=True),
    Column("cache_read_tokens", "integer", "Tokens read from the cache", nullable=True),
    Column("cache_creation_tokens", "integer", "Tokens written to the cache", nullable=True),
    Column("estimated_cost_cents", "float", "Anthropic's estimate for this model", nullable=True),
    Column("currency", "string", "Code of the currency of the estimate", nullable=True),
    *(
        Column(
            name,
            "integer",
            f"{meaning} of the actor in the terminal on the day; on one of the rows of its models only, so that sums are right",
            nullable=True,
        )
        for name, meaning in (
            ("sessions", "Sessions"),
            ("lines_added", "Lines of code added"),
            ("lines_removed", "Lines of code removed"),
            ("commits", "Commits"),
            ("pull_requests", "Pull requests"),
            ("tool_actions_accepted", "Accepted proposals of all tools"),
            ("tool_actions_rejected", "Rejected proposals of all tools"),
        )
    ),
    Column("tool_actions", "string", "JSON: accepted and rejected by tool; on the same rows", nullable=True),
)
_REMOVED = Column(
    "removed_at", "timestamp", "When it was first missing in the list; null while it is there", nullable=True
)
API_KEYS = (
    Column("id", "string", "Anthropic's id; the key of the table"),
    Column("name", "string", "The company's name for it"),
    Column(
        "partial_key_hint", "string", "Beginning and end of the key, as Anthropic shows them", nullable=True
    ),
    Column("status", "string", "active, inactive, archived or expired"),
    _WORKSPACE,
    Column("created_by_id", "string", "User who made it; null where that is not known", nullable=True),
    Column("created_at", "timestamp", "When it was made"),
    Column("expires_at", "timestamp", "When it ends; null for never", nullable=True),
    _REMOVED,
)
USERS = (
    Column("id", "string", "Anthropic's id; the key of the table"),
    Column("email", "string", "E-mail address at the company"),
    Column("name", "string", "Name"),
    Column("role", "string", "Role in the organization, such as developer"),
    Column("added_at", "timestamp", "When they joined it"),
    _REMOVED,
)
TABLES: Mapping[str, tuple[Column, ...]] = {
    "usage": USAGE,
    "cost": COST,
    "claude_code": CLAUDE_CODE,
    "api_keys": API_KEYS,
    "users": USERS,
}
