"""The Dagster resource through which assets reach object storage. Its resource key is ``s3``.

What belongs here: settings, and when they are read. What does not: clients (``client.py``), requests (``store.py``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.aws.protocol import ObjectStore

WORKSPACE_ROLE_VARIABLE = "WORKSPACE_REPLICATION_ROLE_ARN"
"""Holds the role that may read and write the bucket of workspace snapshots."""


class S3StoreResource(dg.ConfigurableResource):
    """S3, or what speaks like it.

    Credentials, region and endpoint are boto3's own: ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``,
    ``AWS_SESSION_TOKEN``, ``AWS_REGION``, ``AWS_ENDPOINT_URL_S3``, ``AWS_ENDPOINT_URL_STS``, or the role of the machine. They
    are read when a run uses the resource.
    """

    region: str | None = Field(
        default=None,
        description="Region of the buckets. If not given: AWS_REGION or AWS_DEFAULT_REGION when a run starts.",
    )
    max_attempts: int = Field(
        default=5, ge=1, description="How often a request is sent before its failure counts."
    )
    connect_seconds: float = Field(default=5, gt=0, description="How long connecting may take.")
    read_seconds: float = Field(default=60, gt=0, description="How long a connection may be silent.")
    connections: int = Field(default=16, ge=1, description="Connections that are kept open.")
    writes_below: str = Field(
        default="", description="What the keys of objects begin with that may be written and deleted."
    )

    @contextmanager
    def connect(self, role_variable: str | None = None) -> Iterator[ObjectStore]:
        """The store for the length of a ``with`` block.

        Args:
            role_variable: Variable that holds the ARN of a role. If it is set, the role is assumed at the first request
                and its credentials are renewed before they run out; if not, the process's own are used.

        Raises:
            PermanentFailure, RetryableFailure: One of ``errors.py``.
        """
        from dagster_open_platform.lib.aws.errors import Asked, store_errors
        from dagster_open_platform.lib.aws.store import S3Store

        role = os.environ.get(role_variable) if role_variable else None
        with store_errors(Asked("connect to", "")):
            from dagster_open_platform.lib.aws.client import BoundedS3Resource

            client = BoundedS3Resource(
                # boto3 reads AWS_DEFAULT_REGION only; every other AWS library reads AWS_REGION too.
                region_name=self.region or os.environ.get("AWS_REGION") or None,
                max_attempts=self.max_attempts,
                connect_seconds=self.connect_seconds,
                read_seconds=self.read_seconds,
                connections=self.connections,
                role_arn=role,
            ).get_client()
        try:
            yield S3Store(client, role, self.writes_below)
        finally:
            client.close()
