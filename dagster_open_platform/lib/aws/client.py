"""The S3 client, with bounds on how long it waits, and with a role that is assumed when it is needed.

What belongs here: making clients. What does not: what is asked of them (``store.py``).

Importing this module takes five seconds, because ``dagster_aws`` does: import it where a client is made.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
from boto3.session import Session
from botocore.config import Config
from botocore.credentials import CredentialResolver, DeferredRefreshableCredentials
from botocore.loaders import Loader, create_loader
from dagster_aws.s3 import S3Resource
from pydantic import Field

SESSION_NAME = "dagster-open-platform"
"""How the platform's sessions are called in CloudTrail."""


class BoundedS3Resource(S3Resource):
    """Dagster's S3 resource, which by itself has boto3's time-outs and no way to a role."""

    connect_seconds: float = Field(default=5, description="How long connecting may take.")
    read_seconds: float = Field(default=60, description="How long nothing may come.")
    connections: int = Field(default=16, description="Connections that are kept open.")
    role_arn: str | None = Field(default=None, description="Role to assume at the first request.")

    def get_client(self) -> Any:
        """An S3 client. May be used by several threads at once."""
        config = self._config()
        session = Session(
            botocore_session=_botocore_session(),
            profile_name=self.profile_name,
            region_name=self.region_name,
            aws_access_key_id=self.aws_access_key_id,
            aws_secret_access_key=self.aws_secret_access_key,
            aws_session_token=self.aws_session_token,
        )
        if self.role_arn:
            session = _role_session(session, self.role_arn, config)
        # Addresses would be signed as of old otherwise, which newer regions refuse.
        own = config.merge(Config(signature_version="s3v4"))
        return session.client(
            "s3", endpoint_url=self.endpoint_url, use_ssl=self.use_ssl, verify=self.verify, config=own
        )

    def _config(self) -> Config:
        return Config(
            connect_timeout=self.connect_seconds,
            read_timeout=self.read_seconds,
            max_pool_connections=self.connections,
            # `standard` repeats what may pass, with a random back-off of at most 20 seconds:
            # https://docs.aws.amazon.com/boto3/latest/guide/retries.html
            retries={"total_max_attempts": self.max_attempts, "mode": "standard"},
        )


@cache
def _loader() -> Loader:
    """Reads AWS's descriptions of its services, which takes longer than all else in making a client: once a process."""
    return create_loader()


def _botocore_session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", _loader())
    return session


def _role_session(session: Session, role_arn: str, config: Config) -> Session:
    """A session with the credentials of a role, which are renewed before they run out.

    Args:
        session: With the credentials that may assume it.
        role_arn: Which.
        config: Bounds.
    """

    def assume() -> Mapping[str, Any]:
        sts = session.client("sts", config=config)
        given = sts.assume_role(RoleArn=role_arn, RoleSessionName=SESSION_NAME)["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    # What `boto3.Session` takes are credentials that stay; a provider may give some that are renewed.
    inner = _botocore_session()
    inner.register_component("credential_provider", CredentialResolver(providers=[_AssumedRole(assume)]))
    return Session(botocore_session=inner, region_name=session.region_name)


class _AssumedRole:
    """A provider of credentials, as botocore's resolver asks for them.

    Args:
        assume: Gives new ones.
    """

    METHOD = "assume-role"
    CANONICAL_NAME = None

    def __init__(self, assume: Any) -> None:
        self._assume = assume

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(refresh_using=self._assume, method=self.METHOD)
