"""The real client against the running service."""

# ruff: noqa: S608 - queries are what is tested

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import httpx
import pyarrow as pa
import pytest
from google.api_core.exceptions import (
    BadRequest,
    Forbidden,
    InternalServerError,
    MethodNotImplemented,
    NotFound,
)
from google.auth.exceptions import RefreshError
from google.cloud import bigquery
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.services.bigquery.credentials import LOCAL_PROJECT
from dagster_open_platform_tests.fixtures.company import SERVICE_TOKEN, SMALL_TODAY, BigQueryService

TABLE = "bigquery-public-data.pypi.file_downloads"
GROUPED = rf"""
SELECT DATE(timestamp) AS download_date, file.project AS project, file.version AS version,
  details.installer.name AS installer, REGEXP_EXTRACT(details.python, r'^(\d+\.\d+)') AS python_version,
  COUNT(*) AS download_count
FROM `{TABLE}`
WHERE timestamp >= TIMESTAMP(@start) AND timestamp < TIMESTAMP(@end)
  AND (file.project = 'dagster' OR STARTS_WITH(file.project, 'dagster-'))
GROUP BY ALL
"""


@pytest.fixture
def client(bigquery_service: BigQueryService) -> Any:
    return bigquery_service.client()


def window(start: date, end: date) -> bigquery.QueryJobConfig:
    return bigquery.QueryJobConfig(
        query_parameters=[
            bigquery.ScalarQueryParameter("start", "DATE", start),
            bigquery.ScalarQueryParameter("end", "DATE", end),
        ]
    )


def files(service: BigQueryService) -> duckdb.DuckDBPyConnection:
    """The company's own files as the view `downloads`, without the service."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    paths = service.company / "pypi" / "file_downloads" / "*.parquet"
    connection.execute(f"CREATE VIEW downloads AS FROM read_parquet('{paths}')")
    return connection


def test_the_platforms_query_gives_what_is_in_the_files(
    client: Any, bigquery_service: BigQueryService
) -> None:
    job = client.query(GROUPED, job_config=window(date(2026, 6, 8), date(2026, 6, 15)))
    found = job.result(page_size=100).to_arrow()
    assert found.schema.types == [pa.date32(), *[pa.string()] * 4, pa.int64()]
    expected = (
        files(bigquery_service)
        .execute(
            "SELECT timestamp::DATE, file.project, file.version, details.installer.name, "
            "NULLIF(regexp_extract(details.python, '^[0-9]+[.][0-9]+'), ''), COUNT(*) FROM downloads "
            "WHERE timestamp >= '2026-06-08' AND timestamp < '2026-06-15' AND "
            "(file.project = 'dagster' OR file.project LIKE 'dagster-%') GROUP BY ALL"
        )
        .fetchall()
    )
    rows = [tuple(row.values()) for row in found.to_pylist()]
    assert sorted(rows, key=repr) == sorted(expected, key=repr)
    assert len(rows) > 300


def test_statistics_depend_on_what_is_scanned(client: Any) -> None:
    week = client.query(GROUPED, job_config=window(date(2026, 6, 8), date(2026, 6, 15)))
    again = client.query(GROUPED, job_config=window(date(2026, 6, 8), date(2026, 6, 15)))
    day = client.query(GROUPED, job_config=window(date(2026, 6, 8), date(2026, 6, 9)))
    assert week.state == "DONE"
    assert week.total_bytes_billed == 10 * 2**20
    assert week.total_bytes_processed == again.total_bytes_processed > day.total_bytes_processed > 0
    assert week.slot_millis == again.slot_millis > day.slot_millis > 0
    assert [str(table) for table in week.referenced_tables] == [TABLE]
    dry = client.query(GROUPED, job_config=_dry(window(date(2026, 6, 8), date(2026, 6, 15))))
    assert dry.total_bytes_processed == week.total_bytes_processed
    assert [field.name for field in dry.schema][:2] == ["download_date", "project"]


def _dry(config: bigquery.QueryJobConfig) -> bigquery.QueryJobConfig:
    config.dry_run = True
    return config


def test_values_of_every_type(client: Any) -> None:
    sql = """
        SELECT 1 AS i, 1.5 AS f, TRUE AS b, 'ü"' AS s, NULL AS n, DATE '2026-06-01' AS d,
          TIMESTAMP '2026-06-01 10:00:00.123456+02:00' AS t, DATETIME '2026-06-01 10:00:00' AS dt, TIME '01:02:03' AS ti,
          NUMERIC '1.25' AS nu, b'xyz' AS by, [1, 2] AS a, STRUCT(1 AS x, ['p'] AS y) AS r
    """
    expected = {
        "i": 1,
        "f": 1.5,
        "b": True,
        "s": 'ü"',
        "n": None,
        "d": date(2026, 6, 1),
        "t": datetime(2026, 6, 1, 8, 0, 0, 123456, tzinfo=UTC),
        "dt": datetime(2026, 6, 1, 10),  # noqa: DTZ001 - a DATETIME has no zone
        "ti": datetime(2026, 6, 1, 1, 2, 3, tzinfo=UTC).time(),
        "nu": Decimal("1.25"),
        "by": b"xyz",
        "a": [1, 2],
        "r": {"x": 1, "y": ["p"]},
    }
    for rows in (client.query(sql).result(), client.query_and_wait(sql)):
        assert [dict(row.items()) for row in rows] == [expected]


def test_parameters_of_every_kind(client: Any) -> None:
    config = bigquery.QueryJobConfig(
        query_parameters=[
            bigquery.ScalarQueryParameter(None, "STRING", "it's"),
            bigquery.ScalarQueryParameter(None, "TIMESTAMP", datetime(2026, 6, 1, tzinfo=UTC)),
            bigquery.ScalarQueryParameter(None, "INT64", 5),
            bigquery.ArrayQueryParameter(None, "INT64", [4, 5]),
        ]
    )
    rows = list(client.query("SELECT ?, ?, ? IN UNNEST(?)", job_config=config).result())
    assert rows[0].values() == ("it's", datetime(2026, 6, 1, tzinfo=UTC), True)


def test_an_empty_result_keeps_its_columns(client: Any) -> None:
    found = client.query(GROUPED, job_config=window(date(2027, 1, 1), date(2027, 1, 8))).result().to_arrow()
    assert found.num_rows == 0
    assert found.column_names[0] == "download_date"


def test_tables_and_rows(client: Any, bigquery_service: BigQueryService) -> None:
    assert [item.dataset_id for item in client.list_datasets("bigquery-public-data")] == ["pypi"]
    assert client.get_dataset("bigquery-public-data.pypi").location == "US"
    assert [item.table_id for item in client.list_tables("bigquery-public-data.pypi")] == ["file_downloads"]
    table = client.get_table(TABLE)
    ((count,),) = files(bigquery_service).execute("SELECT COUNT(*) FROM downloads").fetchall()
    assert table.num_rows == count
    assert table.time_partitioning.field == "timestamp"
    assert table.modified == datetime(SMALL_TODAY.year, SMALL_TODAY.month, SMALL_TODAY.day, tzinfo=UTC)
    first = next(iter(client.list_rows(table, max_results=1)))
    assert first["file"]["project"] == first["project"]
    with pytest.raises(NotFound):
        client.get_table("bigquery-public-data.pypi.nothing")


def test_jobs_are_kept(client: Any) -> None:
    job = client.query("SELECT 1 AS a UNION ALL SELECT 2 ORDER BY a DESC")
    assert [row.a for row in client.get_job(job.job_id).result()] == [2, 1]
    assert job.job_id in [each.job_id for each in client.list_jobs()]
    assert [row.a for row in client.list_rows(client.get_table(job.destination))] == [2, 1]
    with pytest.raises(NotFound):
        client.get_job("no-such-job")


@pytest.mark.parametrize(
    ("sql", "error", "message"),
    [
        ("SELEC 1", BadRequest, "Syntax error"),
        ("SELECT @missing", BadRequest, "Query parameter 'missing' not found"),
        ("SELECT 1 FROM `bigquery-public-data.pypi.nothing`", NotFound, "was not found in location US"),
        ("SELECT 1 FROM `another-project.pypi.nothing`", Forbidden, "Access Denied"),
        ("SELECT CAST('x' AS INT64)", BadRequest, "INT64"),
        ("CREATE TABLE a.b AS SELECT 1", MethodNotImplemented, "not implemented"),
    ],
)
def test_errors_reach_the_client_as_its_own(
    client: Any, sql: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        client.query(sql).result()


def test_a_limit_on_bytes_is_kept(client: Any) -> None:
    config = bigquery.QueryJobConfig(maximum_bytes_billed=1000)
    with pytest.raises(InternalServerError, match="10485760 or higher required") as limited:
        client.query(f"SELECT COUNT(timestamp) FROM `{TABLE}`", job_config=config).result()
    assert limited.value.errors[0]["reason"] == "bytesBilledLimitExceeded"


def test_who_is_not_let_in(bigquery_service: BigQueryService) -> None:
    with pytest.raises(RefreshError):
        bigquery_service.client(token="wrong").query("SELECT 1")
    with pytest.raises(Forbidden, match=r"bigquery\.jobs\.create"):
        bigquery_service.client(project="another-project").query("SELECT 1")
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        url = f"{bigquery_service.url}/bigquery/v2/projects/{LOCAL_PROJECT}/jobs"
        answer = httpx.get(url, headers=headers, timeout=10)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer ")
        assert answer.json()["error"]["status"] == "UNAUTHENTICATED"
        assert SERVICE_TOKEN not in answer.text


def test_what_the_client_does_not_send(bigquery_service: BigQueryService) -> None:
    url = f"{bigquery_service.url}/bigquery/v2/projects/{LOCAL_PROJECT}"
    with httpx.Client(headers={"Authorization": f"Bearer {SERVICE_TOKEN}"}, timeout=10) as http:
        assert http.post(f"{url}/jobs", content=b"{").status_code == 400
        assert http.post(f"{url}/jobs", json={"configuration": {"load": {}}}).status_code == 501
        assert (
            http.post(f"{url}/queries", json={"query": "SELECT 1"}).json()["error"]["errors"][0]["reason"]
            == "notImplemented"
        )
        assert http.post(f"{url}/datasets", json={}).status_code == 501
        body = {
            "jobReference": {"jobId": "twice"},
            "configuration": {"query": {"query": "SELECT 1", "useLegacySql": False}},
        }
        assert [http.post(f"{url}/jobs", json=body).status_code for _ in range(2)] == [200, 409]
        assert http.get(f"{url}/queries/twice", params={"pageToken": "x"}).status_code == 400
        assert http.get(f"{url}/queries/twice", params={"fields": "totalRows"}).json() == {"totalRows": "1"}
        large = f"SELECT url FROM `{TABLE}` WHERE timestamp < '2026-06-03'"
        answer = http.post(f"{url}/queries", json={"query": large, "useLegacySql": False})
        assert answer.headers["content-encoding"] == "gzip"


COLUMNS = {
    "DATE(timestamp)": "timestamp::DATE",
    "DATE_TRUNC(DATE(timestamp), WEEK(MONDAY))": "date_trunc('week', timestamp)::DATE",
    "date_trunc(date(timestamp), day)": "timestamp::DATE",
    "file.project": "file.project",
    "file.version": "file.version",
    "details.installer.name": "details.installer.name",
    "details.ci": "details.ci",
    "country_code": "country_code",
    r"REGEXP_EXTRACT(details.python, r'^(\d+\.\d+)')": "NULLIF(regexp_extract(details.python, '^[0-9]+[.][0-9]+'), '')",
}
MEASURES = {
    "COUNT(*)": "COUNT(*)",
    "COUNT(details.python)": "COUNT(details.python)",
    "COUNT(DISTINCT file.version)": "COUNT(DISTINCT file.version)",
    "COUNTIF(details.ci)": "COUNT(*) FILTER (details.ci)",
    "MIN(timestamp)": "MIN(timestamp)::TIMESTAMP",
    "SUM(LENGTH(file.filename))": "SUM(length(file.filename))::BIGINT",
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keys=st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=3, unique=True),
    measures=st.lists(st.sampled_from(sorted(MEASURES)), min_size=1, max_size=3, unique=True),
    days=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    page_size=st.one_of(st.none(), st.integers(7, 500)),
)
def test_any_aggregation_equals_that_of_the_files(
    client: Any,
    bigquery_service: BigQueryService,
    keys: list[str],
    measures: list[str],
    days: tuple[int, int],
    page_size: int | None,
) -> None:
    start, end = (date.fromordinal(date(2026, 6, 1).toordinal() + offset) for offset in days)
    theirs = [*keys, *measures]
    sql = f"SELECT {', '.join(f'{each} AS c{i}' for i, each in enumerate(theirs))} FROM `{TABLE}` "
    sql += "WHERE timestamp >= @start AND timestamp < TIMESTAMP(@end) GROUP BY ALL"
    result = client.query(sql, job_config=window(start, end)).result(page_size=page_size)
    found = [tuple(_comparable(value) for value in row.values()) for row in result]
    ours = [*(COLUMNS[key] for key in keys), *(MEASURES[measure] for measure in measures)]
    expected = (
        files(bigquery_service)
        .execute(
            f"SELECT {', '.join(ours)} FROM downloads WHERE timestamp >= ?::TIMESTAMPTZ AND timestamp < ?::TIMESTAMPTZ "
            "GROUP BY ALL",
            [start.isoformat(), end.isoformat()],
        )
        .fetchall()
    )
    assert sorted(found, key=repr) == sorted(expected, key=repr)


def _comparable(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
