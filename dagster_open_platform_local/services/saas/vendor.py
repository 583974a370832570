"""What a vendor of the company is, to the process that serves all of them.

What belongs here: what each vendor's package gives, and what it is given. What does not: which vendors there are (`vendors.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from starlette.types import ASGIApp

from dagster_open_platform_local.services.saas.deliveries import Delivery


class Credentials(Protocol):
    """What opens a vendor's API, and the variables that hold it."""

    @property
    def service_variables(self) -> Mapping[str, str]:
        """The variables of the service, which accepts it."""
        ...

    def platform_variables(self, url: str) -> Mapping[str, str]:
        """The platform's variables.

        Args:
            url: Where the vendor's API is.
        """
        ...


@dataclass(frozen=True)
class Premises:
    """What a vendor is given.

    Args:
        company: Directory of the simulated company, where it may keep a file of its own.
        warehouse: Directory of the laptop's warehouse.
        environ: Where its credentials are.
    """

    company: Path
    warehouse: Path
    environ: Mapping[str, str]


@dataclass(frozen=True)
class NoCredentials:
    """Of a vendor that nobody calls."""

    service_variables: Mapping[str, str] = field(default_factory=dict)

    def platform_variables(self, url: str) -> Mapping[str, str]:
        """The platform's variables."""
        return {}


def _nothing() -> None:
    """What a vendor has to do in the end."""


@dataclass(frozen=True)
class Mounted:
    """A vendor that is open.

    Args:
        app: Its API. None: the platform does not call it.
        deliveries: What it puts into the warehouse by itself.
        close: Called once, in the end.
    """

    app: ASGIApp | None
    deliveries: tuple[Delivery, ...] = ()
    close: Callable[[], None] = _nothing


@dataclass(frozen=True)
class Vendor:
    """A vendor.

    Args:
        name: The path under which it stands: `segment` is below `/segment`.
        new_credentials: Credentials that nobody knows yet.
        mount: Opens it. Raises ValueError if a variable with its credentials is missing, and names it.
        page: What a person sees who opens its path in a browser. None: nothing.
    """

    name: str
    new_credentials: Callable[[], Credentials]
    mount: Callable[[Premises], Mounted]
    page: str | None = None
