"""A pull request's clone of the whole company: every view says there what it says in production, and nobody is named."""

# ruff: noqa: S608 -- our own names

import shutil
from pathlib import Path

from dagster_open_platform.lib.snowflake.clones import MASKS, make_clones
from dagster_open_platform.lib.warehouse import duckdb_warehouse
from dagster_open_platform_tests.integration.dbt.company import BuiltCompany, attached

ADDRESS = r"[\w.+-]+@[\w-]+\.[a-z]+"


def test_each_view_of_a_clone_says_what_the_original_says_and_names_nobody(
    company: BuiltCompany, tmp_path: Path
) -> None:
    for file in company.directory.glob("*.duckdb"):
        shutil.copy(file, tmp_path)
    with duckdb_warehouse(tmp_path, {}).connect_without_databases() as connection:
        purina, reporting = make_clones(connection, "42")
    assert (purina.views.dropped, {name.partition(".")[0] for name in reporting.views.dropped}) == (
        (),
        {*MASKS},
    )
    assert reporting.views.repointed > 50

    both = attached(tmp_path)
    for clone in (purina.name, reporting.name):
        both.execute(f"attach '{tmp_path / clone}.duckdb' as {clone} (read_only)")
    found = both.execute(
        "select schema_name, view_name, sql from duckdb_views() where database_name = 'dwh_reporting' and not internal"
    ).fetchall()
    views = [(schema, name) for schema, name, _ in found if schema not in MASKS]
    digest = "select count(*), bit_xor(hash(each)) from {}.{}.{} as each"
    for schema, name in views:
        original, clone = (
            both.execute(digest.format(database, schema, name)).fetchone()
            for database in ("dwh_reporting", reporting.name)
        )
        assert clone == original, (schema, name)

    # Without the originals nothing is missing, so nothing was read there.
    both.execute("detach dwh_reporting; detach purina")
    assert len(views) > 200
    for schema, name in views:
        both.execute(f"select 1 from {reporting.name}.{schema}.{name} limit 1")
    columns = both.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = ? and data_type = 'VARCHAR'",
        [reporting.name],
    ).fetchall()
    tables: dict[str, list[str]] = {}
    for schema, table, column in columns:
        tables.setdefault(f'"{schema}"."{table}"', []).append(
            f"bool_or(regexp_matches(\"{column}\", '{ADDRESS}'))"
        )
    named = [
        table
        for table, asked in tables.items()
        if any(both.execute(f"select {', '.join(asked)} from {reporting.name}.{table}").fetchall()[0])
    ]
    assert named == []
