"""Who there is, and what each may do.

What belongs here: users, roles and their permissions, as an account's policies would say them. What does not: keys and
sessions.
"""

from dataclasses import dataclass
from enum import Enum

from dagster_open_platform.lib.aws.buckets import REPORTS, WORKSPACE
from dagster_open_platform_local.services.s3.account import ACCOUNT, WORKSPACE_ROLE_ARN


class Permission(Enum):
    """What an operation needs."""

    READ = "read objects and list them"
    WRITE = "write and delete objects"
    CREATE = "create buckets"
    LIST_BUCKETS = "list the account's buckets"


@dataclass(frozen=True)
class Principal:
    """A user or a role.

    Args:
        arn: Amazon's name for it.
        unique_id: AIDA… for a user, AROA… for a role.
        reads: Buckets; None: every one.
        writes: Buckets; None: every one.
        creates: Whether it may create buckets.
        lists_buckets: Whether it may see which buckets there are.
        assumes: ARNs of the roles that it may assume.
    """

    arn: str
    unique_id: str
    reads: frozenset[str] | None = frozenset()
    writes: frozenset[str] | None = frozenset()
    creates: bool = False
    lists_buckets: bool = False
    assumes: frozenset[str] = frozenset()

    def may(self, permission: Permission, bucket: str = "") -> bool:
        """Whether it may do something.

        Args:
            permission: What.
            bucket: Where; not asked for what concerns the account.
        """
        if permission is Permission.READ:
            return self.reads is None or bucket in self.reads
        if permission is Permission.WRITE:
            return self.writes is None or bucket in self.writes
        return self.creates if permission is Permission.CREATE else self.lists_buckets


PLATFORM = Principal(
    arn=f"arn:aws:iam::{ACCOUNT}:user/platform",
    unique_id="AIDAPLATFORM00000000A",
    reads=None,
    writes=frozenset({REPORTS}),
    lists_buckets=True,
    assumes=frozenset({WORKSPACE_ROLE_ARN}),
)
"""The user in whose name the platform runs."""

WORKSPACE_REPLICATION = Principal(
    arn=WORKSPACE_ROLE_ARN,
    unique_id="AROAWORKSPACE0000000A",
    reads=frozenset({WORKSPACE}),
    writes=frozenset({WORKSPACE}),
)
"""The role that may write what the platform makes of customers' snapshots."""

ROLES = {WORKSPACE_REPLICATION.arn: WORKSPACE_REPLICATION}
"""ARN to role."""
