"""S3 does what every store does, and whatever it answers wrongly is a typed error without a secret."""

import datetime as dt
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
import pytest

from dagster_open_platform.lib.aws import errors
from dagster_open_platform.lib.aws.buckets import BILLING, REPORTS, WORKSPACE
from dagster_open_platform.lib.aws.protocol import ObjectStore
from dagster_open_platform.lib.aws.resource import WORKSPACE_ROLE_VARIABLE, S3StoreResource
from dagster_open_platform.lib.aws.store import S3Store
from dagster_open_platform_local.services.s3.credentials import S3Credentials
from dagster_open_platform_local.services.s3.principals import ROLES
from dagster_open_platform_local.services.s3.sessions import Sessions
from dagster_open_platform_tests.fixtures.object_store import ObjectStoreContract
from dagster_open_platform_tests.fixtures.s3 import S3Server

HASTY = S3StoreResource(max_attempts=2, connect_seconds=2, read_seconds=2)


class TestS3(ObjectStoreContract):
    """Over a socket, with a role."""


@contextmanager
def refused(error: type[Exception], *phrases: str) -> Iterator[None]:
    """Expects an error that says all phrases and no secret."""
    with pytest.raises(error) as raised:
        yield
    message = str(raised.value)
    assert [phrase for phrase in phrases if phrase not in message] == []


def expired_session(server: S3Server) -> dict[str, str]:
    """The variables of a session that ended an hour ago."""
    then = dt.datetime.now(dt.UTC) - dt.timedelta(hours=2)
    key = S3Credentials(server.variables["AWS_ACCESS_KEY_ID"], server.variables["AWS_SECRET_ACCESS_KEY"])
    sessions = Sessions.of_platform(key, clock=lambda: then)
    (role,) = ROLES.values()
    found = sessions.assume(role, "expired", dt.timedelta(hours=1))
    return {
        "AWS_ACCESS_KEY_ID": found.access_key,
        "AWS_SECRET_ACCESS_KEY": found.secret_key,
        "AWS_SESSION_TOKEN": found.session_token,
    }


def read_listing(resource: S3StoreResource = HASTY, role: str | None = None) -> None:
    with resource.connect(role) as store:
        list(store.list_objects(WORKSPACE, "raw/"))


def test_an_expired_session(platform_s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    session = expired_session(platform_s3)
    for name, value in session.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(errors.ExpiredCredentials, match="AWS_SESSION_TOKEN") as raised:
        read_listing()
    assert not raised.value.allow_retries
    assert not [value for value in session.values() if value in str(raised.value)]
    assert raised.value.__cause__ is None


def test_a_role_whose_session_ended_is_assumed_again_by_a_retry(platform_s3: S3Server) -> None:
    session = expired_session(platform_s3)
    client = platform_s3.client(
        aws_access_key_id=session["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=session["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=session["AWS_SESSION_TOKEN"],
    )
    with pytest.raises(errors.ExpiredRole, match="role arn:aws:iam::1:role/r have expired") as raised:
        S3Store(client, role="arn:aws:iam::1:role/r").head_object(WORKSPACE, "raw/x")
    assert raised.value.allow_retries


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_ACCESS_KEY_ID", "AKIAXXXXXXXXXXXXXXXX"),
        ("AWS_SECRET_ACCESS_KEY", "wrong/secret+of+forty+characters+1234567"),
    ],
)
@pytest.mark.parametrize("role", [None, WORKSPACE_ROLE_VARIABLE])
def test_a_wrong_key_or_secret(
    platform_s3: S3Server, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, role: str | None
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(errors.RefusedCredentials, match="AWS refused the credentials") as raised:
        read_listing(role=role)
    assert not raised.value.allow_retries
    shown = str(raised.value)
    assert not [
        v for v in (value, *platform_s3.variables.values()) if len(v) > 15 and v in shown and "arn:" not in v
    ]


def test_no_credentials(platform_s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(platform_s3.directory / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(platform_s3.directory / "none"))
    with refused(errors.MissingCredentials, "AWS_ACCESS_KEY_ID"):
        read_listing()


def test_a_role_that_does_not_exist(platform_s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WORKSPACE_ROLE_VARIABLE, "arn:aws:iam::000000000000:role/nobody")
    with refused(errors.AccessDenied, "role/nobody", "trust policy"):
        read_listing(role=WORKSPACE_ROLE_VARIABLE)


def test_what_the_principal_must_not_do(platform_s3: S3Server, store: ObjectStore) -> None:
    with refused(errors.AccessDenied, f"s3://{BILLING}/x", "role arn:aws:iam::000000000000:role/workspace"):
        store.put_object(BILLING, "x", b"")
    with S3StoreResource().connect() as own, refused(errors.AccessDenied, f"s3://{WORKSPACE}/staging/x"):
        own.put_object(WORKSPACE, "staging/x", b"")
    platform_s3.put(BILLING, "readable", b"x")
    with S3StoreResource().connect() as own:
        assert own.get_object(BILLING, "readable")[0] == b"x"


def test_without_the_variable_of_a_role_the_own_credentials_are_used(
    platform_s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(WORKSPACE_ROLE_VARIABLE)
    platform_s3.put(WORKSPACE, "raw/x", b"x")
    with S3StoreResource().connect(WORKSPACE_ROLE_VARIABLE) as store:
        assert store.get_object(WORKSPACE, "raw/x")[0] == b"x"


def test_a_bucket_that_was_deleted(platform_s3: S3Server) -> None:
    shutil.rmtree(platform_s3.directory / WORKSPACE)
    with refused(errors.MissingBucket, WORKSPACE, "AWS_REGION"):
        read_listing(role=WORKSPACE_ROLE_VARIABLE)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_passing_failure_is_asked_again_and_a_lasting_one_told(platform_s3: S3Server, status: int) -> None:
    platform_s3.misbehave([{"path": WORKSPACE, "calls": [1], "status": status}])
    read_listing()
    platform_s3.misbehave([{"path": WORKSPACE, "status": status}])
    with pytest.raises((errors.ObjectStoreUnavailable, errors.ObjectStoreThrottled)) as raised:
        read_listing()
    assert raised.value.allow_retries
    assert platform_s3.fired() == HASTY.max_attempts


def test_a_body_that_breaks_off_is_never_taken_for_a_whole_one(platform_s3: S3Server) -> None:
    platform_s3.put(WORKSPACE, "raw/large", b"x" * 500_000)
    platform_s3.misbehave([{"path": "raw/large", "drop": True}])
    with HASTY.connect() as store:
        with refused(errors.ObjectStoreUnavailable, f"s3://{WORKSPACE}/raw/large"):
            store.get_object(WORKSPACE, "raw/large")
        with (
            refused(errors.ObjectStoreUnavailable, f"s3://{WORKSPACE}/raw/large"),
            store.open_object(WORKSPACE, "raw/large") as stream,
        ):
            while stream.read(10_000):
                pass


def test_a_store_that_is_silent(platform_s3: S3Server) -> None:
    platform_s3.put(WORKSPACE, "raw/x", b"x")
    platform_s3.misbehave([{"path": "raw/x", "delay_seconds": 1.0}])
    silent = S3StoreResource(max_attempts=1, read_seconds=0.1)
    with silent.connect() as store, refused(errors.ObjectStoreUnavailable, "ReadTimeoutError"):
        store.get_object(WORKSPACE, "raw/x")
    platform_s3.misbehave([])


def test_nobody_listens(platform_s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{port}")
    with refused(errors.ObjectStoreUnavailable, "was not reached"):
        read_listing()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "no address")
    with refused(errors.InvalidObjectRequest, "no address"):
        read_listing()


def test_an_address_opens_what_was_written_as_what_it_is(platform_s3: S3Server) -> None:
    page = "<p>ü</p>".encode()
    with S3StoreResource().connect() as own:
        own.put_object(REPORTS, "a b/c.html", page, content_type="text/html; charset=utf-8")
        address = own.address_of(REPORTS, "a b/c.html", dt.timedelta(minutes=5))
    answer = httpx.get(address, timeout=20)
    assert (answer.content, answer.headers["content-type"]) == (page, "text/html; charset=utf-8")
    assert httpx.get(address.replace("c.html", "d.html"), timeout=20).status_code == 403
    assert platform_s3.variables["AWS_SECRET_ACCESS_KEY"] not in address
