"""S3 as a system that somebody connects: what it needs, and whether each bucket can be listed."""

from dagster_open_platform.lib.aws.buckets import BUCKETS, WORKSPACE
from dagster_open_platform.lib.aws.errors import AccessDenied, MissingBucket
from dagster_open_platform.lib.aws.resource import WORKSPACE_ROLE_VARIABLE, S3StoreResource
from dagster_open_platform.lib.systems import Declared, Resources, System, Variable, address_in, counted

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_WHERE = "Names of buckets stand in dagster_open_platform/lib/aws/buckets.py."


def _probe(resources: Resources, _declared: Declared) -> str:
    door: S3StoreResource = resources["s3"].model_copy(update={"max_attempts": 1, "read_seconds": 10.0})
    for role, buckets in (
        (WORKSPACE_ROLE_VARIABLE, [WORKSPACE]),
        (None, [name for name in BUCKETS if name != WORKSPACE]),
    ):
        with door.connect(role) as store:
            for bucket in buckets:
                try:
                    next(store.list_folders(bucket, ""), None)
                except (MissingBucket, AccessDenied) as failure:
                    raise type(failure)(f"{failure.description} {_WHERE}") from failure
    return f"lists all {counted(len(BUCKETS), 'bucket')}"


S3 = System(
    name="s3",
    title="S3 (AWS)",
    use="exports, change files, event streams and reports in buckets",
    folder="aws",
    resource="s3",
    probe=_probe,
    needed=(
        Variable(
            "AWS_ACCESS_KEY_ID",
            "an access key of a user who may read the buckets, or a profile (AWS_PROFILE) or role that boto3 knows; on a laptop"
            " DuckDB reads the buckets too, and knows keys only",
            # https://boto3.amazonaws.com/v1/documentation/api/latest/guide/credentials.html
            instead=(
                "AWS_PROFILE",
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            ),
        ),
        Variable(
            "AWS_SECRET_ACCESS_KEY",
            "the secret of that access key",
            instead=(
                "AWS_PROFILE",
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            ),
        ),
    ),
    optional=(
        Variable("AWS_SESSION_TOKEN", "the session of temporary keys"),
        Variable("AWS_REGION", "the buckets' region", is_secret=False),
        Variable("AWS_DEFAULT_REGION", "the buckets' region, by its other name", is_secret=False),
        Variable("AWS_ENDPOINT_URL", "another address than AWS's", is_secret=False),
        Variable("AWS_ENDPOINT_URL_S3", "another address of S3 than AWS's", is_secret=False),
        Variable("AWS_ENDPOINT_URL_STS", "another address of STS than AWS's", is_secret=False),
        Variable(
            WORKSPACE_ROLE_VARIABLE,
            "the role that may use the bucket of workspace snapshots",
            is_secret=False,
        ),
    ),
    points_to=address_in(*_ENDPOINTS),
)
