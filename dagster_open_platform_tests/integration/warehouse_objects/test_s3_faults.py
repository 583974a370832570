"""Refused credentials, missing buckets and broken files in S3: typed errors that name what is wrong, and nothing is changed."""

import gzip
import logging
from collections.abc import Callable

import pytest

from dagster_open_platform.lib.aws.buckets import TELEMETRY, WORKSPACE
from dagster_open_platform.lib.warehouse import WarehouseResource
from dagster_open_platform.lib.warehouse.errors import (
    InvalidDeclaration,
    LoginFailed,
    MissingCredentials,
    MissingObject,
    PermissionDenied,
    StorageUnavailable,
    UnreadableFile,
)
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_tests.fixtures.s3 import S3Server
from dagster_open_platform_tests.fixtures.warehouse_objects import (
    day_file,
    event,
    events,
    json_lines,
    named,
    stage,
)

URL = f"s3://{TELEMETRY}/"
ROWS = "SELECT event_id FROM purina.exports.events ORDER BY 1"
Break = Callable[[S3Server, pytest.MonkeyPatch], None]


def wrong_key(_: S3Server, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODY")


def wrong_secret(_: S3Server, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")


def wrong_token(_: S3Server, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("AWS_SESSION_TOKEN", "not-a-token")


def expired_token(s3: S3Server, _: pytest.MonkeyPatch) -> None:
    body = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"
    s3.misbehave(
        [{"path": ".", "status": 400, "payload": body, "headers": {"Content-Type": "application/xml"}}]
    )


def wrong_region(_: S3Server, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("AWS_REGION", "eu-west-1")


def no_key(_: S3Server, patch: pytest.MonkeyPatch) -> None:
    patch.delenv("AWS_ACCESS_KEY_ID")
    patch.delenv("AWS_SECRET_ACCESS_KEY")


def other_role(s3: S3Server, patch: pytest.MonkeyPatch) -> None:
    given = s3.client("sts").assume_role(
        RoleArn=s3.variables["WORKSPACE_REPLICATION_ROLE_ARN"], RoleSessionName="tests"
    )["Credentials"]
    patch.setenv("AWS_ACCESS_KEY_ID", given["AccessKeyId"])
    patch.setenv("AWS_SECRET_ACCESS_KEY", given["SecretAccessKey"])
    patch.setenv("AWS_SESSION_TOKEN", given["SessionToken"])


def nobody_there(_: S3Server, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")


def no_address(_: S3Server, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("AWS_ENDPOINT_URL_S3", "127.0.0.1:9/path")


def too_busy(s3: S3Server, _: pytest.MonkeyPatch) -> None:
    s3.misbehave([{"path": ".", "status": 503}])


ACCESS: list[tuple[Break, type[PermanentFailure] | type[RetryableFailure], str]] = [
    (wrong_key, LoginFailed, "InvalidAccessKeyId"),
    (wrong_secret, LoginFailed, "SignatureDoesNotMatch"),
    (wrong_token, LoginFailed, "InvalidToken"),
    (expired_token, LoginFailed, "ExpiredToken"),
    (wrong_region, LoginFailed, "another region than AWS_REGION says"),
    (no_key, MissingCredentials, "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"),
    (other_role, PermissionDenied, "AccessDenied"),
    (nobody_there, StorageUnavailable, r"not reached.*127\.0\.0\.1:9"),
    (no_address, InvalidDeclaration, "AWS_ENDPOINT_URL_S3 is"),
    (too_busy, StorageUnavailable, "too busy or failed"),
]


@pytest.mark.parametrize(("break_it", "error", "phrase"), ACCESS)
def test_access_that_is_refused(
    s3: S3Server,
    warehouse: WarehouseResource,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    break_it: Break,
    error: type[Exception],
    phrase: str,
) -> None:
    s3.put(TELEMETRY, day_file(1), json_lines([event(1)]))
    with warehouse.connect() as connection:
        connection.create_or_refresh(stage(URL))
        connection.create_or_refresh(events())
    break_it(s3, monkeypatch)
    said = []
    with caplog.at_level(logging.DEBUG), warehouse.connect() as connection:
        for declaration in (stage(URL), events()):
            with pytest.raises(error, match=phrase) as raised:
                connection.create_or_refresh(declaration)
            said.append(str(raised.value))
    with warehouse.connect() as connection:
        with pytest.raises(error) as raised:
            connection.query(ROWS)
        said.append(str(raised.value))
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        secret = s3.variables.get(name) or "not-a-token"
        assert secret not in " ".join(said)
        assert secret not in caplog.text
    assert "not-the-secret" not in " ".join(said)
    monkeypatch.undo()
    for name, value in s3.variables.items():
        monkeypatch.setenv(name, value)
    s3.misbehave([])
    with warehouse.connect() as connection:
        assert connection.query(ROWS)["event_id"].to_pylist() == ["e1"]


def test_a_bucket_that_is_not_there(s3: S3Server, warehouse: WarehouseResource) -> None:
    assert s3.url
    with warehouse.connect() as connection:
        with pytest.raises(MissingObject, match=r"bucket.*does not exist.*NoSuchBucket"):
            connection.create_or_refresh(stage("s3://no-such-bucket/x/"))
        assert connection.columns(named("files")) is None
    with warehouse.connect() as connection:
        # A prefix may be empty: files come later.
        assert dict(connection.create_or_refresh(stage(f"s3://{WORKSPACE}/staging/")).facts) == {
            "files": 0,
            "bytes": 0,
        }


BROKEN = {
    "cut": json_lines([event(number) for number in range(300)])[:-100],
    "not gzip": b'{"event_id": "e2"}\n',
    "no json": gzip.compress(b'{"event_id": "e2"}\n{"event_id": \n'),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_by_a_refresh_or_at_the_latest_by_a_query(
    s3: S3Server, warehouse: WarehouseResource, name: str
) -> None:
    s3.put(TELEMETRY, day_file(1), json_lines([event(1)]))
    with warehouse.connect() as connection:
        connection.create_or_refresh(stage(URL))
        connection.create_or_refresh(events())
    s3.put(TELEMETRY, day_file(2), BROKEN[name])
    with warehouse.connect() as connection:
        with pytest.raises(UnreadableFile, match=f"s3://{TELEMETRY}/{day_file(2)}"):
            connection.create_or_refresh(events())
        assert connection.query(ROWS)["event_id"].to_pylist() == ["e1"]
    s3.put(TELEMETRY, day_file(3), json_lines([event(3)]))
    with warehouse.connect() as connection:
        connection.create_or_refresh(events())
        with pytest.raises(UnreadableFile, match=day_file(2)):
            connection.query(ROWS)
        # The others can be read.
        assert connection.query(f"{ROWS[:-11]} WHERE day <> DATE '2026-06-02' ORDER BY 1")[
            "event_id"
        ].to_pylist() == [
            "e1",
            "e3",
        ]


def test_a_file_that_went_after_the_refresh(s3: S3Server, warehouse: WarehouseResource) -> None:
    for day in (1, 2):
        s3.put(TELEMETRY, day_file(day), json_lines([event(day)]))
    with warehouse.connect() as connection:
        connection.create_or_refresh(stage(URL))
        connection.create_or_refresh(events())
    s3.client().delete_object(Bucket=TELEMETRY, Key=day_file(1)) if False else s3.store.delete(
        TELEMETRY, day_file(1)
    )
    with warehouse.connect() as connection:
        with pytest.raises(
            MissingObject, match=f"{day_file(1)} is not there any more.*Refresh the external table"
        ):
            connection.query(ROWS)
        connection.create_or_refresh(events())
        assert connection.query(ROWS)["event_id"].to_pylist() == ["e2"]


def test_names_of_keys_that_mean_something(s3: S3Server, warehouse: WarehouseResource) -> None:
    odd = "events/dt=2026-06-01/it's [a]*&%2F é.json.gz"
    s3.put(TELEMETRY, odd, json_lines([event(1)]))
    with warehouse.connect() as connection:
        connection.create_or_refresh(stage(URL))
        connection.create_or_refresh(events())
        found = connection.query('SELECT "metadata$filename" AS f FROM purina.exports.events')
        assert found["f"].to_pylist() == [odd]
    s3.put(TELEMETRY, "events/dt=2026-06-01/why?.json.gz", json_lines([event(2)]))
    with warehouse.connect() as connection:
        with pytest.raises(UnreadableFile, match=r"why\?.*question mark"):
            connection.create_or_refresh(events())
        connection.create_or_refresh(events(pattern=r"[^?]*"))
