"""What a ``DmsChangeTablesComponent`` makes of its YAML, and what its runs report."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest

from dagster_open_platform.lib.aws.buckets import DMS
from dagster_open_platform.lib.aws.errors import MissingBucket, ObjectStoreUnavailable
from dagster_open_platform.lib.aws.fake import FakeObjectStore, FakeS3
from dagster_open_platform.lib.outcomes import TablesFailed, TablesInterrupted, raise_failures
from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.dms import SCHEMA, Change, change_file, expected, key_of, stored
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb

GOOD = """
type: dagster_open_platform.lib.DmsChangeTablesComponent
attributes:
  bucket: dop-dms
  prefix: cloud_product/public
  target: {database: purina, schema: dms}
  last_change_within: {days: 36500}
  tables:
    - name: users
      description: One row per user.
    - name: teams
      description: One row per team.
      last_change_within: {hours: 1}
"""
TABLES = ("users", "teams")
CHECKS = ("live_keys_unique", "no_change_file_left_behind", "last_change_is_recent")
RESOURCES: dict[str, str] = dict.fromkeys(("s3", "warehouse"), "not used")


def test_what_it_makes() -> None:
    with loaded({"dms/defs.yaml": GOOD}, RESOURCES) as defs:
        graph = defs.resolve_asset_graph()
        specs = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
        assert {key.to_user_string() for key in graph.materializable_asset_keys} == {"dms/users", "dms/teams"}
        for table in TABLES:
            assert graph.get(dg.AssetKey(["dms", table])).parent_keys == {dg.AssetKey(["s3", "dms", table])}
            assert specs[f"dms/{table}"].metadata["dagster/table_name"] == f"purina.dms.{table}"
            assert specs[f"dms/{table}"].automation_condition
        assert {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys} == {
            (f"dms/{table}", check) for table in TABLES for check in CHECKS
        }


def wrong(attribute: str, replacement: str) -> str:
    assert attribute in GOOD
    return GOOD.replace(attribute, f"{replacement} # here", 1)


@pytest.mark.parametrize(
    ("text", "field", "phrase"),
    [
        (wrong("  bucket: dop-dms", "  buckt: dop-dms"), "attributes.buckt", "Did you mean 'bucket'?"),
        (
            wrong("target: {database: purina, schema: dms}", "target: {database: purin, schema: dms}"),
            "attributes.target.database",
            "Did you mean 'purina'?",
        ),
        (
            wrong("target: {database: purina, schema: dms}", "target: {database: purina, schema: d-m-s}"),
            "attributes.target.schema",
            "found 'd-m-s'",
        ),
        (
            wrong("target: {database: purina, schema: dms}", "target: {database: purina, shema: dms}"),
            "attributes.target.shema",
            "Did you mean 'schema'?",
        ),
        (
            wrong("target: {database: purina, schema: dms}", "target: purina.dms"),
            "attributes.target",
            "found 'purina.dms'",
        ),
        (wrong("- name: teams", "- name: users"), "attributes.tables.1.name", "declared twice"),
        (wrong("- name: teams", "- name: Teams"), "attributes.tables.1.name", "found 'Teams'"),
        (
            wrong("      description: One row per team.", "      description: x\n      key: [] "),
            "attributes.tables.1.key",
            "at least one column",
        ),
        (
            wrong("      description: One row per team.", "      description: x\n      omit: [id] "),
            "attributes.tables.1.omit",
            "found id, which the key needs",
        ),
        (
            wrong("      last_change_within: {hours: 1}", "      last_change_within: {seconds: 1}"),
            "attributes.tables.1.last_change_within",
            "a minute or more",
        ),
    ],
)
def test_wrong_yaml_is_answered_with_its_line(text: str, field: str, phrase: str) -> None:
    with pytest.raises(InvalidYaml) as raised, loaded({"dms/defs.yaml": text}, RESOURCES):
        pass
    (line,) = [number for number, content in enumerate(text.strip().splitlines(), 1) if "# here" in content]
    place = re.compile(rf"\S*/defs/dms/defs\.yaml:{line}: {re.escape(field)}: .*{re.escape(phrase)}")
    assert any(map(place.match, str(raised.value).splitlines())), str(raised.value)


class Platform:
    """The component over a store in memory and a warehouse in files."""

    def __init__(self, directory: Path, defs: dg.Definitions, store: FakeObjectStore) -> None:
        self.directory, self.defs, self.store = directory, defs, store
        self.instance = dg.DagsterInstance.ephemeral()

    def put(self, table: str, file: str, *changes: Change) -> None:
        self.store.put(DMS, key_of(file, table), change_file(changes))

    def run(self, *tables: str, raises: bool = True, **config: Any) -> dg.ExecuteInProcessResult:
        job = self.defs.resolve_implicit_global_asset_job_def()
        return job.execute_in_process(
            instance=self.instance,
            asset_selection=[dg.AssetKey(["dms", table]) for table in tables or TABLES],
            raise_on_error=raises,
            run_config={"ops": {"dms_change_tables": {"config": config}}},
        )


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    store = FakeObjectStore([DMS])
    resources = {"s3": FakeS3(store), "warehouse": local_duckdb(tmp_path)}
    with loaded({"dms/defs.yaml": GOOD}, resources) as defs:
        made = Platform(tmp_path, defs, store)
        for table in TABLES:
            made.put(table, "LOAD00000001.parquet", Change("I", 0, {"id": 1}), Change("I", 0, {"id": 2}))
        yield made


def materializations(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    """Metadata of the tables that were materialized, by table."""
    return {
        found.asset_key.path[-1]: {name: value.value for name, value in found.metadata.items()}
        for found in result.asset_materializations_for_node("dms_change_tables")
    }


def checks(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str], bool]:
    return {
        (found.asset_key.path[-1], found.check_name): found.passed
        for found in result.get_asset_check_evaluations()
    }


def test_a_run_says_what_it_did(platform: Platform) -> None:
    platform.put("users", "2026/07/01/1.parquet", Change("D", 1, {"id": 1}), Change("I", 2, {"id": 3}))
    result = platform.run()

    metadata = materializations(result)["users"]
    said = {name: metadata[name] for name in metadata if isinstance(metadata[name], int)}
    assert said.pop("bytes_applied") == sum(
        map(len, platform.store.objects(DMS, key_of("", "users")).values())
    )
    assert said == {
        "dagster/row_count": 3,
        "live_rows": 2,
        "deleted_rows": 1,
        "last_sequence": 2,
        "files_listed": 2,
        "files_applied": 2,
        "changes_read": 4,
        "inserts_read": 3,
        "updates_read": 0,
        "deletes_read": 1,
        "rows_inserted": 3,
        "rows_updated": 0,
    }
    columns = [column.name for column in metadata["dagster/column_schema"].columns]
    assert columns == list(stored(platform.directory)[1])
    assert {key: passed for key, passed in checks(result).items() if not passed} == {
        ("teams", "last_change_is_recent"): False
    }
    assert len(checks(result)) == 6


def test_one_table_that_fails_does_not_keep_the_others_from_being_made(platform: Platform) -> None:
    platform.store.put(DMS, key_of("2026/07/01/1.parquet", "users"), b"no Parquet file")
    result = platform.run(raises=False)

    assert not result.success
    assert set(materializations(result)) == {"teams"}
    assert not [key for key in checks(result) if key[0] == "users"]
    with pytest.raises(TablesFailed, match=r"1 of 2 tables failed \(1 succeeded\):\nusers: s3://dop-dms/"):
        platform.run()


def test_a_failure_of_the_whole_store_is_told_once(platform: Platform) -> None:
    asked: list[str] = []

    def gone(request: str, key: str) -> None:
        asked.append(key)
        raise MissingBucket("There is no such bucket.")

    platform.store.before = gone
    with pytest.raises(MissingBucket):
        platform.run()
    assert len(asked) == 1


def test_failures_are_tried_again_if_one_of_them_may_pass() -> None:
    may_pass, stays = ObjectStoreUnavailable("Gone for a while."), MissingBucket("Gone.")

    raise_failures({}, 2)
    with pytest.raises(
        TablesInterrupted, match=r"2 of 3 tables failed \(1 succeeded\):\na: Gone\.\nb: Gone for a while\."
    ):
        raise_failures({"a": stays, "b": may_pass}, 3)
    with pytest.raises(TablesFailed) as raised:
        raise_failures({"a": stays}, 3)
    assert not raised.value.allow_retries


def test_a_subset_makes_only_that(platform: Platform) -> None:
    result = platform.run("teams")

    assert set(materializations(result)) == {"teams"}
    assert {table for table, _ in checks(result)} == {"teams"}


def test_a_full_refresh_is_asked_for_by_config(platform: Platform) -> None:
    platform.run()
    platform.store.delete_objects(DMS, [key_of("LOAD00000001.parquet", "users")])
    reloaded = Change("I", 0, {"id": 7, "name": "reloaded"})
    platform.put("users", "LOAD00000002.parquet", reloaded)

    platform.run("users")
    assert set(stored(platform.directory)) == {1, 2, 7}
    platform.run("users", full_refresh=True)
    assert stored(platform.directory) == expected([reloaded])


def test_the_view_has_the_live_rows_and_whatever_columns_come(platform: Platform) -> None:
    def current() -> list[dict[str, Any]]:
        with local_duckdb(platform.directory).connect() as connection:
            return connection.query("SELECT * FROM purina.dms.users_current ORDER BY id").to_pylist()

    platform.put(
        "users", "2026/07/01/1.parquet", Change("D", 1, {"id": 1}), Change("U", 2, {"id": 2, "name": "x"})
    )
    platform.run("users")
    assert [(row["id"], row["name"]) for row in current()] == [(2, "x")]
    assert "_dms_deleted" not in current()[0]

    came = pa.schema([*SCHEMA, pa.field("came", pa.string())])
    body = change_file([Change("U", 3, {"id": 2, "came": "later"}), Change("I", 4, {"id": 5})], came)
    platform.store.put(DMS, key_of("2026/07/02/1.parquet", "users"), body)
    platform.run("users")
    assert [(row["id"], row["came"]) for row in current()] == [(2, "later"), (5, None)]
    platform.run("users", full_refresh=True)
    assert [(row["id"], row["came"]) for row in current()] == [(2, "later"), (5, None)]


CORRUPTIONS = {
    "a key that stands twice": ("INSERT INTO purina.dms.users FROM purina.dms.users", "live_keys_unique"),
    "a newer row that somebody deleted": (
        "DELETE FROM purina.dms.users WHERE _dms_sequence = 9",
        "no_change_file_left_behind",
    ),
    "a full load that never came": (
        "DELETE FROM purina.dms._applied_files WHERE file_key LIKE '%LOAD%'",
        "no_change_file_left_behind",
    ),
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_a_check_finds_what_is_wrong(platform: Platform, corruption: str) -> None:
    statement, check = CORRUPTIONS[corruption]
    platform.put("users", "2026/07/01/1.parquet", Change("U", 9, {"id": 1}))
    assert checks(platform.run("users"))["users", check]
    with local_duckdb(platform.directory).connect() as connection:
        connection.execute(statement)
    if "LOAD" in statement:
        platform.store.delete_objects(DMS, [key_of("LOAD00000001.parquet", "users")])

    failed = {name for (_, name), passed in checks(platform.run("users")).items() if not passed}

    assert failed == {check}
