"""Figures of the summary, read out of the warehouse with SQL.

What belongs here: row counts of every table, and the few questions that a person asks of the marts; the one module of the
demo that knows what the platform is about. What does not: how they are shown.

The files are opened read-only, after the runs: DuckDB lets one process write a file at a time.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_open_platform.utils.databases import REGION_DATABASES
from dagster_open_platform.utils.regions import US, Region

_SUFFIX = ".duckdb"


@dataclass(frozen=True)
class Figure:
    """A question and its answer.

    Args:
        name: What it is.
        value: For a person; "not available: …" if a table is missing.
    """

    name: str
    value: str


_WEEKS = """
    select week_start, sum(download_count) as downloads, sum(previous_week_download_count) as before
    from dwh_reporting.community.pypi_downloads_weekly
    where is_complete_week
    group by week_start
    order by week_start desc
    limit 1
"""

_FIGURES: Mapping[str, str] = {
    "Downloads of Dagster's packages": """
        select format('{:,} of {:,} packages since {}',
            sum(download_count)::bigint, count(*), min(first_download_date))
        from dwh_reporting.community.dim_oss_packages
    """,
    "Most downloaded": """
        select string_agg(format('{} ({:,})', package_name, download_count::bigint), ', '
            order by download_count desc)
        from (select * from dwh_reporting.community.dim_oss_packages order by download_count desc limit 3)
    """,
    "Last full week": f"""
        select format('{{:,}} downloads in the week of {{}}', downloads::bigint, week_start)
            || coalesce(format(', {{:+.1f}} % on the week before', 100.0 * (downloads - before) / before), '')
        from ({_WEEKS})
    """,  # noqa: S608 - both parts are constants
    "Issues": """
        select format('{:,} open of {:,} in {:,} repositories',
            sum(open_issue_count)::bigint, sum(issue_count)::bigint, count(*))
        from dwh_reporting.community.dim_github_repositories
    """,
    "First response to an issue": """
        select format('{:.0f} h in the median, {:.0f} % answered',
            median(hours_to_first_response), 100.0 * count(hours_to_first_response) / count(*))
        from dwh_reporting.community.github_issue_response_times
    """,
    "Customers": """
        select format('{:,} organizations in {} regions with {:,} members, {:,} of them cancelled',
            count(*), count(distinct region), sum(member_count)::bigint, count(*) filter (where is_canceled))
        from dwh_reporting.core.dim_organizations
        where not is_internal
    """,
    "Their last 7 days": """
        select format('{:,} runs, {:.1f} % of them failed', sum(run_count)::bigint,
            100.0 * sum(failed_run_count) / sum(run_count))
        from dwh_reporting.product.organization_usage_daily
        where usage_date > (select max(usage_date) from dwh_reporting.product.organization_usage_daily)
            - interval 7 day
    """,
    "Their annual commitments": """
        select string_agg(format('{} {:,.0f}', currency, revenue), ', ' order by revenue desc)
        from (
            select currency, sum(annual_recurring_revenue) as revenue
            from dwh_reporting.product.customer_arr
            group by currency
        )
    """,
    "SaaS tools": """
        select format('{:,} rows in {:,} tables of {:,} tools',
            sum(estimated_size)::bigint, count(*), count(distinct schema_name))
        from duckdb_tables()
        where database_name = 'fivetran'
        having count(*) > 0
    """,
    "Sales pipeline": """
        select format('{:,} open opportunities: ', sum(found)::bigint)
            || string_agg(format('{} {:,.0f}', currency_iso_code, amount), ', ' order by amount desc)
        from (
            select currency_iso_code, count(*) as found, sum(amount) as amount
            from fivetran.salesforce.opportunity
            where not is_closed and not _fivetran_deleted
            group by currency_iso_code
        )
    """,
    "AWS bill": """
        select format('{:,.0f} USD in {}', sum(line_item_unblended_cost),
            strftime(bill_billing_period_start_date, '%B %Y'))
        from purina.aws.aws_cost_report
        group by bill_billing_period_start_date
        order by bill_billing_period_start_date desc
        limit 1
    """,
    "Last 7 days on GitHub": """
        select format('{:,} issues opened, {:,} closed, {:,} comments',
            sum(issues_opened)::bigint, sum(issues_closed)::bigint, sum(comments_written)::bigint)
        from dwh_reporting.community.github_activity_daily
        where activity_date > (select max(activity_date) from dwh_reporting.community.github_activity_daily)
            - interval 7 day
    """,
}


def business_figures(warehouse: Path) -> list[Figure]:
    """Ask the marts.

    Args:
        warehouse: Directory of the DuckDB files.
    """
    with _attached(warehouse) as connection:
        return [Figure(name, _ask(connection, sql)) for name, sql in _FIGURES.items()]


def count_rows(warehouse: Path, region: Region = US) -> dict[str, int]:
    """Rows of every table that a region's platform fills, by ``database.schema.table``; without views and bookkeeping.

    Args:
        warehouse: Directory of its DuckDB files.
        region: Whose they are; its prefix stands before the names.
    """
    with _attached(warehouse) as connection:
        tables = connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables() "
            " where not internal and not starts_with(schema_name, '_') and not starts_with(table_name, '_')"
            " and list_contains(?, database_name) order by all",
            [list(REGION_DATABASES[region.name])],
        ).fetchall()
        return {".".join((*region.key_prefix, *table)): _count(connection, table) for table in tables}


def _count(connection: duckdb.DuckDBPyConnection, table: tuple[str, str, str]) -> int:
    name = ".".join(_quoted(part) for part in table)
    found = connection.execute(f"select count(*) from {name}").fetchone()  # noqa: S608 - quoted identifiers
    return found[0] if found else 0


def _ask(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    try:
        found = connection.execute(sql).fetchone()
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        # A wrong column is a mistake of ours. After a failed run a table, or its whole database, may not exist; the failure
        # itself is reported elsewhere.
        if "does not exist" not in str(error):
            raise
        return f"not available: {str(error).splitlines()[0]}"
    return str(found[0]) if found and found[0] is not None else "nothing yet"


@contextmanager
def _attached(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to which every file of the warehouse is attached, read-only, under its name."""
    with duckdb.connect() as connection:
        for file in sorted(warehouse.glob(f"*{_SUFFIX}")):
            path = str(file).replace("'", "''")
            connection.execute(f"attach '{path}' as {_quoted(file.stem)} (read_only)")
        yield connection


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
