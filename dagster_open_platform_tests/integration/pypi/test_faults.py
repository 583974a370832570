"""What really goes wrong between Google's client and a service: a typed error, bounded repetition, nothing changed."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.lib.bigquery.errors import (
    BigQueryBusy,
    BigQueryCredentialsMissing,
    BigQueryCredentialsRefused,
    BigQueryForbidden,
    BigQueryNotFound,
    BigQueryQueryInvalid,
    BigQueryTooExpensive,
    BigQueryUnavailable,
)
from dagster_open_platform.lib.columns import UnexpectedColumns
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_local.services.bigquery.credentials import LOCAL_TOKEN, local_credentials
from dagster_open_platform_tests.fixtures.bigquery import BigQueryService
from dagster_open_platform_tests.fixtures.pypi import DAILY, Platform, platform

START, READ = r"/projects/[^/]+/jobs$", r"/queries/"


@pytest.fixture(scope="module")
def filled(running_service: BigQueryService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Two days that no test of this module may change."""
    running_service.misbehave([])
    with platform(tmp_path_factory.mktemp("filled")) as runs:
        runs.run(DAILY, running_service.resource(), "2026-06-01", "2026-06-02")
        yield runs


def error(code: int, reason: str, message: str = "Told so.") -> dict[str, Any]:
    body = {"error": {"code": code, "message": message, "errors": [{"reason": reason, "message": message}]}}
    return {"status": code, "payload": json.dumps(body)}


CASES = [
    (error(401, "authError"), BigQueryCredentialsRefused, "refused the credentials"),
    (error(403, "accessDenied"), BigQueryForbidden, "roles/bigquery.jobUser"),
    (error(403, "rateLimitExceeded"), BigQueryBusy, "too many requests"),
    (error(404, "notFound", "Not found: Dataset x"), BigQueryNotFound, "Not found: Dataset x"),
    (error(400, "invalidQuery", "Syntax error at [1:8]"), BigQueryQueryInvalid, r"Syntax error at \[1:8\]"),
    (error(429, "rateLimitExceeded"), BigQueryBusy, "too many requests"),
    (error(500, "internalError"), BigQueryUnavailable, "failed"),
    (error(503, "backendError"), BigQueryUnavailable, "failed"),
    ({"drop": True}, BigQueryUnavailable, "not reached, or did not answer"),
    ({"malformed": True}, BigQueryUnavailable, "not BigQuery's"),
    ({"status": 502, "payload": "<html>Bad gateway</html>"}, BigQueryUnavailable, "failed"),
]


@pytest.mark.parametrize("path", [START, READ], ids=["starting", "reading"])
@pytest.mark.parametrize(("fault", "expected", "phrase"), CASES, ids=lambda value: str(value)[:40])
def test_a_fault_that_stays(
    service: BigQueryService,
    filled: Platform,
    path: str,
    fault: dict[str, Any],
    expected: type[PermanentFailure | RetryableFailure],
    phrase: str,
) -> None:
    before = filled.daily_rows()
    service.misbehave([{"path": path, **fault}])
    with pytest.raises(expected, match=phrase) as raised:
        filled.run(DAILY, service.resource(), "2026-06-02", "2026-06-05")
    assert service.fired() >= 1
    assert raised.value.allow_retries == issubclass(expected, RetryableFailure)
    assert filled.daily_rows() == before
    (run,) = filled.instance.get_runs(limit=1)
    assert run.status == dg.DagsterRunStatus.FAILURE
    events = "".join(str(event) for event in filled.instance.all_logs(run.run_id))
    assert LOCAL_TOKEN not in events
    assert local_credentials() not in events


@pytest.mark.parametrize(
    "fault",
    [error(429, "rateLimitExceeded"), error(500, "internalError"), {"drop": True}],
    ids=["429", "500", "dropped"],
)
@pytest.mark.parametrize("path", [START, READ], ids=["starting", "reading"])
def test_a_fault_that_passes(
    service: BigQueryService, run_platform: Platform, path: str, fault: dict[str, Any]
) -> None:
    service.misbehave([{"path": path, "calls": [1], **fault}])
    result = run_platform.run(DAILY, service.resource(retry_seconds=20), "2026-06-01")
    assert result.success
    assert service.fired() == 1


def test_a_fault_between_two_pages(service: BigQueryService, filled: Platform) -> None:
    before = filled.daily_rows()
    service.misbehave([{"path": READ, "calls": [3, 4, 5, 6, 7, 8, 9], "drop": True}])
    with pytest.raises(BigQueryUnavailable):
        filled.run(DAILY, service.resource(page_rows=50), "2026-06-02", "2026-06-08")
    assert service.fired() >= 1
    assert filled.daily_rows() == before


def change_schema(change: Any) -> dict[str, Any]:
    """A fault that answers with one row of other columns, in BigQuery's form."""
    fields = [
        {"name": name, "type": kind, "mode": "NULLABLE"}
        for name, kind in [
            ("download_date", "DATE"),
            ("project", "STRING"),
            ("version", "STRING"),
            ("installer", "STRING"),
            ("python_version", "STRING"),
            ("download_count", "INTEGER"),
        ]
    ]
    cells = ["2026-06-02", "dagster", "1.13.1", "pip", "3.11", "5"]
    fields, cells = change(fields, cells)
    payload = {
        "kind": "bigquery#getQueryResultsResponse",
        "jobComplete": True,
        "totalRows": "1",
        "schema": {"fields": fields},
        "rows": [{"f": [{"v": cell} for cell in cells]}],
    }
    return {"path": READ, "status": 200, "payload": json.dumps(payload)}


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        (
            lambda fields, cells: ([*fields, {"name": "country", "type": "STRING"}], [*cells, "DE"]),
            r"new column 'country' \(string\)",
        ),
        (lambda fields, cells: (fields[:-1], cells[:-1]), r"missing column 'download_count' \(int64\)"),
        (
            lambda fields, cells: ([*fields[:-1], {"name": "download_count", "type": "FLOAT"}], cells),
            "'download_count' is double instead of int64",
        ),
    ],
    ids=["new", "missing", "changed"],
)
def test_other_columns(service: BigQueryService, filled: Platform, change: Any, phrase: str) -> None:
    before = filled.daily_rows()
    service.misbehave([change_schema(change)])
    with pytest.raises(UnexpectedColumns, match=phrase):
        filled.run(DAILY, service.resource(), "2026-06-02")
    assert filled.daily_rows() == before


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"gcp_credentials": local_credentials("somebody-elses-token")}, BigQueryCredentialsRefused),
        ({"gcp_credentials": "not base64!"}, BigQueryCredentialsMissing),
        ({"gcp_credentials": base64.b64encode(b"[1]").decode()}, BigQueryCredentialsMissing),
        ({"gcp_credentials": base64.b64encode(b'{"type": "nonsense"}').decode()}, BigQueryCredentialsMissing),
        ({"maximum_bytes_billed": 1}, BigQueryTooExpensive),
    ],
    ids=["wrong token", "not base64", "not an object", "no known type", "too expensive"],
)
def test_wrong_settings(
    service: BigQueryService, run_platform: Platform, options: dict[str, Any], expected: type[dg.Failure]
) -> None:
    with pytest.raises(expected) as raised:
        run_platform.run(DAILY, service.resource(**options), "2026-06-01")
    assert not raised.value.allow_retries
    assert "somebody-elses-token" not in str(raised.value)
    assert run_platform.instance.get_materialized_partitions(DAILY) == set()


def test_nobody_listens(service: BigQueryService, run_platform: Platform, monkeypatch: Any) -> None:
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:9")
    with pytest.raises(BigQueryUnavailable, match="whether the BigQuery service runs"):
        run_platform.run(DAILY, service.resource(), "2026-06-01")


def test_two_sets_of_credentials(service: BigQueryService, run_platform: Platform, monkeypatch: Any) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json")
    with pytest.raises(BigQueryCredentialsMissing, match="both GCP_CREDENTIALS and"):
        run_platform.run(DAILY, service.resource(), "2026-06-01")
