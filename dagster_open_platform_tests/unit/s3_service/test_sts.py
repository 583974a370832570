"""Roles are assumed by those who may, for as long as they asked for."""

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dagster_open_platform.lib.aws.buckets import BILLING, WORKSPACE
from dagster_open_platform_local.services.s3.account import WORKSPACE_ROLE_ARN
from dagster_open_platform_local.services.s3.credentials import MissingCredentialsError, S3Credentials
from dagster_open_platform_local.services.s3.sessions import Sessions
from dagster_open_platform_tests.fixtures.s3_in_process import (
    Account,
    refusal,
)


def assumed(account: Account, **options: Any) -> dict[str, Any]:
    given = {"RoleArn": WORKSPACE_ROLE_ARN, "RoleSessionName": "a-run", **options}
    return account.client("sts", account.platform).assume_role(**given)


def role_client(account: Account, credentials: dict[str, Any], service: str = "s3") -> Any:
    key = S3Credentials(credentials["AccessKeyId"], credentials["SecretAccessKey"])
    return account.client(service, key, credentials["SessionToken"])


def test_a_session_reads_and_writes_its_bucket_only(account: Account) -> None:
    account.store.create_buckets([WORKSPACE, BILLING])
    account.store.put(BILLING, "x", b"not for everybody")
    answer = assumed(account)
    client = role_client(account, answer["Credentials"])

    client.put_object(Bucket=WORKSPACE, Key="staging/x", Body=b"x")

    assert client.get_object(Bucket=WORKSPACE, Key="staging/x")["Body"].read() == b"x"
    for refused in (
        lambda: client.put_object(Bucket=BILLING, Key="x", Body=b""),
        lambda: client.list_objects_v2(Bucket=BILLING),
        lambda: client.copy_object(Bucket=WORKSPACE, Key="x", CopySource={"Bucket": BILLING, "Key": "x"}),
        lambda: client.list_buckets(),
        lambda: client.create_bucket(Bucket="new-bucket"),
    ):
        with pytest.raises(ClientError) as error:
            refused()
        assert refusal(error) == ("AccessDenied", 403)
    identity = role_client(account, answer["Credentials"], "sts").get_caller_identity()
    arn = "arn:aws:sts::000000000000:assumed-role/workspace-replication/a-run"
    assert identity["Arn"] == arn == answer["AssumedRoleUser"]["Arn"]
    assert identity["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")


def test_the_platform_reads_every_bucket_and_writes_none(account: Account) -> None:
    account.store.create_buckets([WORKSPACE, BILLING])
    account.store.put(BILLING, "x", b"x")
    client = account.client(key=account.platform)

    assert client.get_object(Bucket=BILLING, Key="x")["Body"].read() == b"x"
    assert len(client.list_buckets()["Buckets"]) == 4
    for refused in (
        lambda: client.put_object(Bucket=WORKSPACE, Key="x", Body=b""),
        lambda: client.delete_object(Bucket=BILLING, Key="x"),
        lambda: client.delete_objects(Bucket=BILLING, Delete={"Objects": [{"Key": "x"}]}),
        lambda: client.copy_object(Bucket=WORKSPACE, Key="x", CopySource={"Bucket": BILLING, "Key": "x"}),
        lambda: client.create_multipart_upload(Bucket=WORKSPACE, Key="x"),
    ):
        with pytest.raises(ClientError) as error:
            refused()
        assert refusal(error) == ("AccessDenied", 403)
        assert "user/platform is not authorized" in str(error.value)


@pytest.mark.parametrize(
    ("asked", "seconds"), [({}, 3600), ({"DurationSeconds": 900}, 900), ({"DurationSeconds": 43200}, 43200)]
)
def test_a_session_ends_when_its_time_is_up(account: Account, asked: dict[str, int], seconds: int) -> None:
    account.store.create_buckets([WORKSPACE])
    credentials = assumed(account, **asked)["Credentials"]
    left = credentials["Expiration"] - datetime.now(UTC)
    assert timedelta(seconds=seconds - 60) < left <= timedelta(seconds=seconds)

    account.late_by = timedelta(seconds=-1) + left
    sessions = account.sessions
    assert sessions.identity(credentials["AccessKeyId"], credentials["SessionToken"])

    account.late_by = timedelta(seconds=1) + left
    for service, call, status in (
        ("s3", lambda client: client.list_objects_v2(Bucket=WORKSPACE), 400),
        ("sts", lambda client: client.get_caller_identity(), 403),
    ):
        with pytest.raises(ClientError) as error:
            call(role_client(account, credentials, service))
        assert refusal(error) == ("ExpiredToken", status)


def test_a_session_outlives_a_restart_and_not_the_users_key(account: Account) -> None:
    credentials = assumed(account)["Credentials"]
    key, token = credentials["AccessKeyId"], credentials["SessionToken"]
    first = account.sessions.identity(key, token)

    same = Sessions.of_platform(account.platform)
    sessions = Sessions.of_platform(account.platform)
    given = same.assume(same.roles[WORKSPACE_ROLE_ARN], "x", timedelta(hours=1))

    assert sessions.identity(given.access_key, given.session_token).secret_key == given.secret_key
    assert first.secret_key == credentials["SecretAccessKey"]
    with pytest.raises(Exception, match="InvalidToken"):
        Sessions.of_platform(S3Credentials.new()).identity(given.access_key, given.session_token)


def test_a_session_token_cannot_be_made_or_lent(account: Account) -> None:
    one, other = (assumed(account)["Credentials"] for _ in range(2))
    content = b64decode(one["SessionToken"])
    claims = json.loads(content[32:])
    claims[3] += 3600
    forged = b64encode(content[:32] + json.dumps(claims, separators=(",", ":")).encode()).decode()

    for token in (other["SessionToken"], forged, "nonsense", ""):
        with pytest.raises(ClientError) as error:
            role_client(account, {**one, "SessionToken": token or "="}).list_buckets()
        assert refusal(error) == ("InvalidToken", 400)
    with pytest.raises(ClientError) as error:
        account.client(key=S3Credentials(one["AccessKeyId"], one["SecretAccessKey"])).list_buckets()
    assert refusal(error) == ("InvalidAccessKeyId", 403)
    with pytest.raises(ClientError) as error:
        account.client(key=account.platform, token=one["SessionToken"]).list_buckets()
    assert refusal(error) == ("InvalidToken", 400)


@pytest.mark.parametrize(
    ("options", "code", "status"),
    [
        ({"RoleArn": "arn:aws:iam::000000000000:role/unknown"}, "AccessDenied", 403),
        ({"DurationSeconds": 43201}, "ValidationError", 400),
        ({"DurationSeconds": 900 - 1}, "ValidationError", 400),
        ({"RoleSessionName": "not a name"}, "ValidationError", 400),
        ({"Policy": "{}"}, "NotImplemented", 501),
        ({"Tags": [{"Key": "a", "Value": "b"}]}, "NotImplemented", 501),
    ],
)
def test_what_cannot_be_assumed_is_refused(
    account: Account,
    options: dict[str, Any],
    code: str,
    status: int,
) -> None:
    client = account.client("sts", account.platform, parameter_validation=False)

    with pytest.raises(ClientError) as error:
        client.assume_role(**{"RoleArn": WORKSPACE_ROLE_ARN, "RoleSessionName": "a-run", **options})

    assert refusal(error) == (code, status)


def test_who_is_not_allowed_to_does_not_assume_a_role(account: Account) -> None:
    with pytest.raises(ClientError) as error:
        account.client("sts").assume_role(RoleArn=WORKSPACE_ROLE_ARN, RoleSessionName="a-run")
    assert refusal(error) == ("AccessDenied", 403)

    session = assumed(account)["Credentials"]
    with pytest.raises(ClientError) as error:
        role_client(account, session, "sts").assume_role(RoleArn=WORKSPACE_ROLE_ARN, RoleSessionName="again")
    assert refusal(error) == ("AccessDenied", 403)


def test_stss_own_codes(account: Account) -> None:
    wrong = S3Credentials(account.platform.access_key, "wrong")
    for key, code in ((S3Credentials.new(), "InvalidClientTokenId"), (wrong, "SignatureDoesNotMatch")):
        with pytest.raises(ClientError) as error:
            account.client("sts", key).get_caller_identity()
        assert refusal(error) == (code, 403)
    with pytest.raises(ClientError) as error:
        account.client("sts", account.platform).get_session_token()
    assert refusal(error) == ("NotImplemented", 501)
    assert (
        account.send("POST", "http://s3.local/", {"content-length": "24"}, b"Action=GetCallerIdentity").status
        == 403
    )


def test_keys_come_from_the_environment_and_do_not_show() -> None:
    key = S3Credentials.new()

    assert S3Credentials.of(key.service_variables) == key
    assert key.secret_key not in repr(key)
    assert set(key.service_variables).isdisjoint(key.platform_variables("http://127.0.0.1:1"))
    for missing in key.service_variables:
        with pytest.raises(MissingCredentialsError, match=missing):
            S3Credentials.of({**key.service_variables, missing: ""})
