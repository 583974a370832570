"""What engines do with it: DuckDB's httpfs and Arrow's own client, both reading and writing Parquet."""

import importlib.resources
import io
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from dagster_open_platform.lib.aws.buckets import BILLING, WORKSPACE
from dagster_open_platform_tests.fixtures.s3 import S3Server

ROWS = 50_000
KEY = "cost/BILLING_PERIOD=2026-{month:02d}/cost 1+é.snappy.parquet"


def parquet(month: int) -> bytes:
    buffer = io.BytesIO()
    amounts = pa.array(range(ROWS), pa.int64())
    pq.write_table(pa.table({"amount": amounts, "month": [month] * ROWS}), buffer, row_group_size=5_000)
    return buffer.getvalue()


def session(s3: S3Server) -> dict[str, str]:
    return s3.client("sts").assume_role(
        RoleArn=s3.variables["WORKSPACE_REPLICATION_ROLE_ARN"], RoleSessionName="analytics"
    )["Credentials"]


def extension() -> str:
    folder = importlib.resources.files("duckdb_extension_httpfs")
    return str(folder / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension")


@pytest.fixture
def duck(s3: S3Server) -> Any:
    for month in (6, 7):
        s3.put(BILLING, KEY.format(month=month), parquet(month))
        s3.put(WORKSPACE, KEY.format(month=month), parquet(month))
    connection = duckdb.connect()
    connection.execute(f"LOAD '{extension()}'")
    connection.execute("SET http_retries = 0")
    return connection


def use(
    connection: Any, s3: S3Server, key: str, secret: str, token: str = "", region: str = "us-west-2"
) -> None:
    connection.execute(
        "CREATE OR REPLACE TEMPORARY SECRET s3 (TYPE s3, KEY_ID ?, SECRET ?, SESSION_TOKEN ?, REGION ?, ENDPOINT ?,"
        " URL_STYLE 'path', USE_SSL false)",
        [key, secret, token, region, s3.url.removeprefix("http://")],
    )


def use_platform(connection: Any, s3: S3Server) -> None:
    use(connection, s3, s3.variables["AWS_ACCESS_KEY_ID"], s3.variables["AWS_SECRET_ACCESS_KEY"])


def use_role(connection: Any, s3: S3Server) -> None:
    given = session(s3)
    use(connection, s3, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def totals(connection: Any, bucket: str) -> list[Any]:
    return connection.execute(
        "SELECT BILLING_PERIOD, count(*), sum(amount), max(month)"
        " FROM read_parquet(?, hive_partitioning = true) GROUP BY 1 ORDER BY 1",
        [f"s3://{bucket}/cost/*/*.parquet"],
    ).fetchall()


EXPECTED = [(f"2026-{month:02d}", ROWS, sum(range(ROWS)), month) for month in (6, 7)]


def test_duckdb_reads_with_a_users_key(duck: Any, s3: S3Server) -> None:
    use_platform(duck, s3)

    assert totals(duck, BILLING) == EXPECTED


def test_duckdb_reads_and_writes_with_a_session(duck: Any, s3: S3Server) -> None:
    use_role(duck, s3)

    duck.sql("SELECT range AS a FROM range(2000000)").write_parquet(f"s3://{WORKSPACE}/out/a b.parquet")

    assert totals(duck, WORKSPACE) == EXPECTED
    assert pq.read_table(io.BytesIO(s3.objects(WORKSPACE)["out/a b.parquet"])).num_rows == 2_000_000
    assert duck.read_parquet(f"s3://{WORKSPACE}/out/a b.parquet").aggregate("count(*)").fetchall() == [
        (2_000_000,)
    ]


def test_duckdb_is_told_why_it_may_not(duck: Any, s3: S3Server) -> None:
    use_role(duck, s3)
    with pytest.raises(duckdb.HTTPException, match="403"):
        totals(duck, BILLING)

    use(duck, s3, s3.variables["AWS_ACCESS_KEY_ID"], "wrong")
    with pytest.raises(duckdb.HTTPException, match="403") as error:
        totals(duck, BILLING)
    assert s3.variables["AWS_SECRET_ACCESS_KEY"] not in str(error.value)


def test_duckdb_reads_on_after_a_fault(duck: Any, s3: S3Server) -> None:
    use_platform(duck, s3)
    duck.execute("SET http_retries = 3; SET http_retry_wait_ms = 1")
    s3.misbehave([{"path": "2026-06", "calls": [1], "status": 503}])

    assert totals(duck, BILLING) == EXPECTED
    assert s3.fired() == 1


@pytest.fixture
def arrow(s3: S3Server) -> fs.S3FileSystem:
    given = session(s3)
    return fs.S3FileSystem(
        access_key=given["AccessKeyId"],
        secret_key=given["SecretAccessKey"],
        session_token=given["SessionToken"],
        endpoint_override=s3.url,
        region="us-west-2",
        scheme="http",
    )


def test_arrow_reads_what_lies_there(arrow: fs.S3FileSystem, s3: S3Server) -> None:
    for month in (6, 7):
        s3.put(WORKSPACE, KEY.format(month=month), parquet(month))

    found = arrow.get_file_info(fs.FileSelector(f"{WORKSPACE}/cost", recursive=True))

    files = [info.path for info in found if info.type == fs.FileType.File]
    assert files == [f"{WORKSPACE}/{KEY.format(month=month)}" for month in (6, 7)]
    assert pq.read_table(files[1], filesystem=arrow)["amount"].to_pylist() == list(range(ROWS))


def test_arrow_writes_small_and_large_files(arrow: fs.S3FileSystem, s3: S3Server) -> None:
    large = bytes(range(256)) * (12 << 12)
    with arrow.open_output_stream(f"{WORKSPACE}/out/large") as stream:
        stream.write(large)
    pq.write_table(pa.table({"a": [1, 2]}), f"{WORKSPACE}/out/small", filesystem=arrow)

    assert s3.objects(WORKSPACE)["out/large"] == large
    assert pq.read_table(io.BytesIO(s3.objects(WORKSPACE)["out/small"])).to_pydict() == {"a": [1, 2]}
    arrow.delete_dir_contents(f"{WORKSPACE}/out")
    assert not [key for key in s3.objects(WORKSPACE) if key != "out/"]
    assert Path(s3.directory / WORKSPACE).is_dir()
