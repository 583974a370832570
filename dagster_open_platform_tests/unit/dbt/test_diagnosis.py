"""What dbt says when it fails, and the failure that comes of it. The texts were read off dbt 1.11 on each engine."""

import pytest

from dagster_open_platform.lib.dbt.diagnosis import NodeResult, diagnose, node_results
from dagster_open_platform.lib.dbt.errors import DbtCompilationFailed, DbtRunFailed, DbtTestsFailed
from dagster_open_platform.lib.warehouse import errors as warehouse
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_tests.unit.dbt.nodes import manifest, model, source

RAW = source()
STAGING = model("stg_orders", "staging/erp", depends_on={"nodes": [RAW["unique_id"]]})
NODES = manifest(RAW, STAGING, model())

LOCKED = (
    'IO Error: Could not set lock on file "/w/dwh_reporting.duckdb": Conflicting lock is held in /usr/bin/python3.11'
    " (PID 4711) by user ann. See also https://duckdb.org/docs/stable/connect/concurrency"
)
STARTING = [
    (LOCKED, warehouse.WarehouseLocked, "process 4711"),
    (
        'IO Error: Cannot open database "/w/purina.duckdb" in read-only mode: database does not exist',
        warehouse.MissingObject,
        "Materialize the ingestion assets first",
    ),
    (
        'IO Error: Cannot open file "/w/dwh_reporting.duckdb": No such file or directory',
        warehouse.MissingDirectory,
        "Create it",
    ),
    (
        'IO Error: The file "/w/dwh_reporting.duckdb" exists, but it is not a valid DuckDB database file!',
        warehouse.CorruptDatabase,
        "backup",
    ),
    (
        "IO Error: Trying to read a database file with version number 99, but we can only read versions up to 68.",
        warehouse.NewerDatabase,
        "99",
    ),
    (
        "Compilation Error\n  Model 'model.shop.orders' depends on a node named 'nothing' which was not found",
        DbtCompilationFailed,
        "nothing",
    ),
    ("Parsing Error\n  Env var required but not provided: 'X'", DbtCompilationFailed, "Env var required"),
    (
        "250001 (08001): None: Failed to connect to DB: acme.snowflakecomputing.com:443. Incorrect username or"
        " password was specified.",
        warehouse.LoginFailed,
        "SNOWFLAKE_PASSWORD",
    ),
    (
        "250001 (08001): None: Could not connect to Snowflake backend after 4 attempt(s).Aborting",
        warehouse.WarehouseUnavailable,
        "SNOWFLAKE_ACCOUNT",
    ),
    ("something new", DbtRunFailed, "something new"),
]


@pytest.mark.parametrize(("said", "kind", "advice"), STARTING)
def test_a_failure_before_the_first_node(said: str, kind: type[Exception], advice: str) -> None:
    failure = diagnose([], [said], NODES)
    assert type(failure) is kind
    assert advice in (failure.description or "")


AT_A_NODE = [
    (
        "Runtime Error in model stg_orders (models/staging/erp/stg_orders.sql)\n  Catalog Error: Table with name"
        " raw_orders does not exist!",
        warehouse.MissingObject,
    ),
    (
        "Database Error in model stg_orders (models/staging/erp/stg_orders.sql)\n  002003 (42S02): SQL compilation"
        " error:\n  Object 'PURINA.ERP.RAW_ORDERS' does not exist or not authorized.",
        warehouse.MissingObject,
    ),
    (
        "Database Error in model stg_orders\n  003001 (42501): Insufficient privileges",
        warehouse.PermissionDenied,
    ),
    ("Runtime Error in model stg_orders\n  Parser Error: syntax error at or near", DbtCompilationFailed),
    (
        "Runtime Error in model stg_orders\n  Conversion Error: Could not convert string",
        warehouse.StatementFailed,
    ),
    ("Database Error in model stg_orders\n  100038 (22018): Numeric value", warehouse.StatementFailed),
    ("Runtime Error in model stg_orders\n  IO Error: No space left on device", warehouse.DiskFull),
]


@pytest.mark.parametrize(("said", "kind"), AT_A_NODE)
def test_a_failure_at_a_node_names_it_and_the_assets_that_it_reads(said: str, kind: type[Exception]) -> None:
    failure = diagnose([NodeResult(STAGING["unique_id"], "error", said)], [], NODES)
    assert type(failure) is kind
    assert said in (failure.description or "")
    assert "stg_orders" in (failure.description or "")
    if kind is warehouse.MissingObject:
        assert "which reads erp/orders" in (failure.description or "")


def test_failed_tests_are_a_failure_of_their_own() -> None:
    results = [
        NodeResult("test.shop.orders_have_a_number.1", "fail", "Got 3 results, configured to fail if != 0"),
        NodeResult("test.shop.orders_are_new.2", "warn", "Got 1 result, configured to warn if != 0"),
        NodeResult("model.shop.orders", "skipped", ""),
    ]
    failure = diagnose(results, ["Failure in test orders_have_a_number"], NODES)
    assert type(failure) is DbtTestsFailed
    assert "1 dbt test(s) failed" in (failure.description or "")
    assert "1 node(s)" in (failure.description or "")
    assert "orders_have_a_number: Got 3 results" in (failure.description or "")
    assert "orders_are_new" not in (failure.description or "")


def test_a_retry_is_allowed_only_if_it_helps_all() -> None:
    locked = NodeResult("model.shop.orders", "error", LOCKED)
    wrong = NodeResult(STAGING["unique_id"], "error", "Runtime Error\n  Parser Error: syntax error")
    assert isinstance(diagnose([locked], [], NODES), RetryableFailure)
    assert isinstance(diagnose([locked, locked], [], NODES), RetryableFailure)
    both = diagnose([locked, wrong], [], NODES)
    assert isinstance(both, PermanentFailure)
    assert "orders: IO Error" in (both.description or "")
    assert "stg_orders: Runtime Error" in (both.description or "")


def test_results_are_read_as_dbt_writes_them() -> None:
    written = {"results": [{"unique_id": "model.shop.orders", "status": "success", "message": None}]}
    [result] = node_results(written)
    assert (result.name, result.status, result.message) == ("orders", "success", "")
