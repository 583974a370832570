"""The variables with which the platform finds the service, and those that must not lead it elsewhere."""

from pathlib import Path

from dagster_open_platform_local.services.s3.credentials import S3Credentials
from dagster_open_platform_local.stack.environment import base_environment
from dagster_open_platform_local.stack.services import s3_service
from dagster_open_platform_local.state import LocalState


def test_the_stack_provides_an_aws_account(tmp_path: Path) -> None:
    credentials = S3Credentials.new()

    service = s3_service(LocalState(tmp_path), credentials)

    assert service.provides(4711) == {
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_REGION": "us-west-2",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:4711",
        "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:4711",
        "WORKSPACE_REPLICATION_ROLE_ARN": "arn:aws:iam::000000000000:role/workspace-replication",
    }
    # Others see a process's arguments.
    assert not {credentials.access_key, credentials.secret_key} & {*service.command(4711)}


def test_another_account_of_the_shell_stays_out(tmp_path: Path) -> None:
    foreign = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "WORKSPACE_REPLICATION_ROLE_ARN")

    kept = base_environment(LocalState(tmp_path), {**dict.fromkeys(foreign, "x"), "PATH": "/bin"})

    assert not set(foreign) & set(kept)
    assert kept["PATH"] == "/bin"
