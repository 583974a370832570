"""boto3 over real sockets: any key, any size, refusals, and what goes wrong on the way."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, ResponseStreamingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.aws.buckets import BILLING, BUCKETS, WORKSPACE
from dagster_open_platform_tests.fixtures.s3 import S3Server, s3_server

KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
ONCE = Config(retries={"total_max_attempts": 1})


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


@pytest.fixture
def writer(s3: S3Server) -> Any:
    return s3.role_client()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(KEYS, st.binary(max_size=100))
def test_any_key_goes_there_and_back(s3: S3Server, writer: Any, key: str, body: bytes) -> None:
    writer.put_object(Bucket=WORKSPACE, Key=key, Body=body)

    assert writer.get_object(Bucket=WORKSPACE, Key=key)["Body"].read() == body
    assert s3.objects(WORKSPACE)[key] == body


def test_what_lies_there_is_found_without_a_client_having_written_it(s3: S3Server) -> None:
    bodies = {
        f"dt=2026-06-{day:02d}/part-{part}.json": f"{day} {part}".encode()
        for day in (1, 2)
        for part in (1, 2)
    }
    for key, body in bodies.items():
        s3.put(BILLING, key, body)
    client = s3.client()

    listed = client.list_objects_v2(Bucket=BILLING, Delimiter="/")

    assert [each["Prefix"] for each in listed["CommonPrefixes"]] == ["dt=2026-06-01/", "dt=2026-06-02/"]
    assert {key: client.get_object(Bucket=BILLING, Key=key)["Body"].read() for key in bodies} == bodies
    assert [each["Name"] for each in client.list_buckets()["Buckets"]] == sorted(BUCKETS)


def test_boto3_finds_it_by_the_stacks_variables_alone(s3: S3Server) -> None:
    program = (
        "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'],"
        f" boto3.client('s3').list_objects_v2(Bucket='{BILLING}')['KeyCount'])"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**kept, **s3.variables},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.stdout == "arn:aws:iam::000000000000:user/platform 0\n", done.stderr


def test_a_large_object_goes_in_parts_and_comes_back(s3: S3Server, writer: Any, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(os.urandom(1 << 20) * 21)
    config = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=5 << 20)

    writer.upload_file(str(source), WORKSPACE, "large", Config=config)
    writer.download_file(WORKSPACE, "large", str(target), Config=config)

    assert target.read_bytes() == source.read_bytes() == s3.objects(WORKSPACE)["large"]
    assert writer.head_object(Bucket=WORKSPACE, Key="large")["ETag"].endswith('-5"')


def test_many_clients_at_once(s3: S3Server, writer: Any) -> None:
    def work(number: int) -> bytes:
        key = f"shared/{number % 7}/{number}"
        writer.put_object(Bucket=WORKSPACE, Key=key, Body=key.encode())
        return writer.get_object(Bucket=WORKSPACE, Key=key)["Body"].read()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(200)))

    assert sorted(found) == sorted(s3.objects(WORKSPACE).values())
    assert len(set(found)) == 200


def test_a_refused_upload_leaves_its_connection_usable(s3: S3Server) -> None:
    client = s3.client(
        config=Config(max_pool_connections=1, retries={"total_max_attempts": 1}, read_timeout=10)
    )
    s3.put(BILLING, "key", b"body")

    for size in (0, 10, 3 << 20):
        with pytest.raises(ClientError) as error:
            client.put_object(Bucket=BILLING, Key="key", Body=b"x" * size)
        assert code(error) == "AccessDenied"
        assert client.get_object(Bucket=BILLING, Key="key")["Body"].read() == b"body"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"aws_access_key_id": "AKIAUNKNOWN0000000000"}, "InvalidAccessKeyId"),
        ({"aws_secret_access_key": "wrong"}, "SignatureDoesNotMatch"),
        ({"aws_session_token": "nonsense"}, "InvalidToken"),
    ],
)
def test_wrong_credentials(s3: S3Server, wrong: dict[str, str], expected: str) -> None:
    with pytest.raises(ClientError) as error:
        s3.client(**wrong).list_objects_v2(Bucket=BILLING)

    assert code(error) == expected
    assert s3.variables["AWS_SECRET_ACCESS_KEY"] not in str(error.value)


def test_an_expired_session_is_refused_and_a_new_one_is_not(tmp_path: Path) -> None:
    late_by = [timedelta(0)]
    with s3_server(tmp_path, clock=lambda: datetime.now(UTC) + late_by[0]) as server:
        writer = server.role_client()
        writer.put_object(Bucket=WORKSPACE, Key="key", Body=b"1")

        late_by[0] = timedelta(hours=1)
        with pytest.raises(ClientError) as error:
            writer.put_object(Bucket=WORKSPACE, Key="key", Body=b"2")
        late_by[0] = timedelta(0)

        assert code(error) == "ExpiredToken"
        server.role_client().put_object(Bucket=WORKSPACE, Key="key", Body=b"3")
        assert server.objects(WORKSPACE) == {"key": b"3"}


def test_boto3_tries_again_what_may_pass(s3: S3Server, writer: Any) -> None:
    s3.misbehave([{"path": f"^/{WORKSPACE}/", "calls": [1], "status": 503}])
    writer.put_object(Bucket=WORKSPACE, Key="key", Body=b"body" * 100_000)
    assert s3.fired() == 1

    s3.misbehave([{"path": f"^/{WORKSPACE}/", "calls": [1], "status": 500}])
    assert writer.get_object(Bucket=WORKSPACE, Key="key")["Body"].read() == b"body" * 100_000
    assert s3.fired() == 1


def test_a_dropped_answer_is_not_taken_for_an_object(s3: S3Server, writer: Any) -> None:
    s3.put(WORKSPACE, "key", b"body" * 100)
    s3.misbehave([{"path": f"^/{WORKSPACE}/key", "drop": True}])

    with pytest.raises(ResponseStreamingError):
        writer.get_object(Bucket=WORKSPACE, Key="key")["Body"].read()
    s3.misbehave([])
    assert writer.get_object(Bucket=WORKSPACE, Key="key")["Body"].read() == b"body" * 100


def test_another_server_over_the_same_directory_has_the_same_objects(tmp_path: Path) -> None:
    with s3_server(tmp_path) as first:
        first.role_client().put_object(Bucket=WORKSPACE, Key="key", Body=b"body", Metadata={"m": "1"})
        client = first.client(config=ONCE)
    with pytest.raises(EndpointConnectionError):
        client.get_object(Bucket=WORKSPACE, Key="key")

    with s3_server(tmp_path) as second:
        found = second.client().get_object(Bucket=WORKSPACE, Key="key")
        assert (found["Body"].read(), found["Metadata"]) == (b"body", {"m": "1"})
