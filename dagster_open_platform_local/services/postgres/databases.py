"""Which databases and roles there are, and the URLs by which they are reached.

What belongs here: names, passwords and addresses, without a connection. What does not: creating them (`roles.py`).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote

from dagster_open_platform_local.services.postgres.errors import PostgresServiceError

HOST = "127.0.0.1"

PRODUCT_DATABASES = ("main", "shard1", "xregion", "eu")
REPORTING_DATABASE = "reporting"

APPLICATION = "application"
"""The company's own product: owns the product databases."""
REPLICATOR = "replicator"
"""The platform: reads every table of the product databases that may be read in the US, and writes nothing."""
REPLICATOR_EU = "replicator_eu"
"""The EU region's platform: the same for the region's own database."""
REPORTING_WRITER = "reporting_writer"
"""The platform: owns the reporting database."""

READERS = {"main": REPLICATOR, "shard1": REPLICATOR, "xregion": REPLICATOR, "eu": REPLICATOR_EU}
"""Product database to the one role, besides its owner, that may enter it."""

PASSWORD_VARIABLES = {
    APPLICATION: "POSTGRES_APPLICATION_PASSWORD",
    REPLICATOR: "POSTGRES_REPLICATOR_PASSWORD",
    REPLICATOR_EU: "POSTGRES_REPLICATOR_EU_PASSWORD",
    REPORTING_WRITER: "POSTGRES_REPORTING_PASSWORD",
}
"""Role to the variable in which the service gets the role's password."""

PLATFORM_URLS = {
    **{f"CLOUD_PRODUCT_{database.upper()}": (role, database) for database, role in READERS.items()},
    "PRODUCT_REPORTING": (REPORTING_WRITER, REPORTING_DATABASE),
}
"""Variables with which the platform finds the databases; their names are Sling's names of the connections."""


@dataclass(frozen=True)
class ProductDatabases:
    """Where the databases of one start of the server are.

    Args:
        port: TCP port on loopback.
        passwords: Role to password, for each of the roles.
    """

    port: int
    passwords: Mapping[str, str] = field(repr=False)

    @classmethod
    def with_new_passwords(cls, port: int) -> Self:
        """The databases behind a port, with passwords that nobody has known before."""
        return cls(port, {role: secrets.token_urlsafe(24) for role in PASSWORD_VARIABLES})

    def url(self, role: str, database: str) -> str:
        """The URL with which a role reaches a database; contains the password."""
        password = quote(self.passwords[role], safe="")
        return f"postgresql://{role}:{password}@{HOST}:{self.port}/{database}?sslmode=disable"

    @property
    def secrets(self) -> dict[str, str]:
        """What the service itself needs to know."""
        return {variable: self.passwords[role] for role, variable in PASSWORD_VARIABLES.items()}

    @property
    def platform_variables(self) -> dict[str, str]:
        """What the platform needs to know."""
        return {variable: self.url(role, database) for variable, (role, database) in PLATFORM_URLS.items()}

    @property
    def application_variables(self) -> dict[str, str]:
        """What the company's own product needs to know; nobody else's business."""
        return {
            f"PRODUCT_APPLICATION_{database.upper()}": self.url(APPLICATION, database)
            for database in PRODUCT_DATABASES
        }


def passwords_from(environ: Mapping[str, str]) -> dict[str, str]:
    """The roles' passwords.

    Args:
        environ: Where they stand.

    Returns:
        Role to password.

    Raises:
        PostgresServiceError: One is missing.
    """
    missing = [variable for variable in PASSWORD_VARIABLES.values() if not environ.get(variable)]
    if missing:
        raise PostgresServiceError(f"Set {', '.join(missing)}: the passwords of the databases' roles.")
    return {role: environ[variable] for role, variable in PASSWORD_VARIABLES.items()}
