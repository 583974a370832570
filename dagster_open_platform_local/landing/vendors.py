"""What is fetched from Anthropic, GitHub and Slack.

What belongs here: from what a vendor shows to the tables it becomes. What does not: what is shown (`services/saas/`, `company/`), and how
answers become columns (`dagster_open_platform/lib`).
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files

import duckdb
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dagster_open_platform.lib.anthropic import columns as claude_columns
from dagster_open_platform.lib.anthropic import tables as claude_tables
from dagster_open_platform.lib.anthropic.client import VERSION, AnthropicClient
from dagster_open_platform.lib.columns import Column, arrow_schema
from dagster_open_platform.lib.github import arrow as github_columns
from dagster_open_platform.lib.http import HttpClient, Secrets
from dagster_open_platform.lib.slack import tables as slack_tables
from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.github_state import github_tables
from dagster_open_platform_local.landing.source import Company, Source, Tables, of_tables, put
from dagster_open_platform_local.services.in_process import InProcessTransport
from dagster_open_platform_local.services.saas.anthropic.account import account_of
from dagster_open_platform_local.services.saas.anthropic.app import AnthropicApi, Limits, anthropic_app
from dagster_open_platform_local.services.saas.anthropic.vendor import VARIABLES
from dagster_open_platform_local.services.saas.slack.workspace import Workspace

_UNLIMITED = 1_000_000_000


def _claude(company: Company) -> Tables:
    account = account_of(company.settings, company.today)
    token = VARIABLES.new()
    app = anthropic_app(AnthropicApi(lambda: account, token, Limits(_UNLIMITED)))
    with HttpClient(
        "https://anthropic.test",
        service="Anthropic",
        secrets=Secrets({"x-api-key": token.value}),
        headers={"anthropic-version": VERSION},
        transport=InProcessTransport(app),
    ) as http:
        api, start, end = AnthropicClient(http), company.settings.epoch, company.today
        return {
            "claude.usage": claude_tables.usage_table(api.usage(start, end), start, end),
            "claude.cost": claude_tables.cost_table(api.cost(start, end), start, end),
            "claude.claude_code": claude_tables.claude_code_table(
                (day, page) for day in company.days for page in api.claude_code(day)
            ),
            "claude.api_keys": claude_tables.api_keys_table(api.api_keys()),
            "claude.users": claude_tables.users_table(api.users()),
        }


def _github(company: Company) -> Tables:
    """What changed since the first day: issues and discussions that were updated, with all of their comments."""
    shown = github_tables(company.settings, company.today)
    start = pa.scalar(Company(company.settings, company.settings.epoch).now, pa.timestamp("us", tz="UTC"))
    threads = {
        name: shown[name].filter(pc.field("updated_at") >= start) for name in ("issues", "discussions")
    }
    wanted = pa.concat_arrays([each["id"].combine_chunks() for each in threads.values()])
    comments = shown["comments"].filter(pc.field("parent_id").isin(wanted))
    found: dict[str, pa.Table] = {}
    for name, columns in github_columns.TABLES.items():
        table, schema = {**threads, "comments": comments}[name], arrow_schema(columns)
        if "labels" in schema.names:
            texts = [json.dumps(labels, ensure_ascii=False) for labels in table["labels"].to_pylist()]
            table = table.set_column(table.column_names.index("labels"), "labels", pa.array(texts))
        found[f"github.{name}"] = table.select(schema.names).cast(schema)
    return found


def _slack(connection: duckdb.DuckDBPyConnection, company: Company | None) -> None:
    put(connection, _columns("slack", slack_tables.TABLES))
    if company is None:
        return
    clock = CompanyClock(company.settings, company.today, follows_calendar=False)
    workspace = Workspace(lambda: clock)
    view = workspace.now()
    channels = [each for each in view.channels.values() if not each["is_private"]]
    days = [
        slack_tables.analytics_table(
            day, [orjson.loads(line) for line in gzip.decompress(workspace.analytics(day)).splitlines()]
        )
        for day in company.days
    ]
    nothing = arrow_schema(slack_tables.MEMBER_ANALYTICS).empty_table()
    put(
        connection,
        {
            "slack.users": slack_tables.users_table([view.users]),
            "slack.channels": slack_tables.channels_table([channels]),
            "slack.member_analytics": pa.concat_tables([nothing, *days]),
        },
    )
    query = (files("dagster_open_platform.defs.slack.py") / "sql" / "member_metrics.sql").read_text()
    query = query.format(users="slack.users", member_analytics="slack.member_analytics")
    names = [column.name for column in slack_tables.MEMBER_METRICS]
    counted = connection.execute(query, [company.settings.epoch, company.today]).to_arrow_table()
    metrics = counted.select(names).cast(arrow_schema(slack_tables.MEMBER_METRICS)).sort_by("date")
    put(connection, {"slack.member_metrics": metrics})


def _columns(schema: str, tables: Mapping[str, Sequence[Column]]) -> Tables:
    return {f"{schema}.{name}": arrow_schema(found).empty_table() for name, found in tables.items()}


CLAUDE = of_tables("purina", _claude, lambda: _columns("claude", claude_columns.TABLES))
GITHUB = of_tables("purina", _github, lambda: _columns("github", github_columns.TABLES))
SLACK = Source("purina", _slack)
