"""What the Dagster resources over HTTP APIs have in common: where the API is, and how long it is put up with.

What belongs here: that configuration, and the client that follows from it. What does not: credentials, and what is asked
(``lib/<vendor>/``); sending (``lib/http/``, which is imported when a run uses it, not while definitions load).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import dagster as dg
from pydantic import Field

from dagster_open_platform.utils.failures import PermanentFailure

if TYPE_CHECKING:
    import httpx

    from dagster_open_platform.lib.http import HttpClient, Secrets


class MissingCredentials(PermanentFailure):
    """A variable that holds credentials of a vendor is not set."""


class HttpApiResource(dg.ConfigurableResource):
    """The base of a vendor's resource, which names the vendor, its address, and the variable of another one."""

    service: ClassVar[str]
    """The vendor's name in messages."""
    api_url_variable: ClassVar[str]
    default_api_url: ClassVar[str]

    api_url: str | None = Field(
        default=None,
        description="The API's address. If not given: the variable of its name when a run starts, or else the vendor's own.",
    )
    max_attempts: int = Field(
        default=5, description="How often a request is sent before its failure counts.", ge=1
    )
    max_wait_seconds: float = Field(
        default=300.0,
        description="The longest wait that the vendor may ask for; a longer one fails the run with the time in the message.",
    )

    changes_outside: bool = Field(
        default=True, description="Whether requests that change something there are sent, or refused."
    )

    def transport(self) -> httpx.BaseTransport | None:
        """What requests go through; None: the network. For tests to replace."""
        return None

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds before something is asked again. For tests to replace."""
        import time

        time.sleep(seconds)

    def http_client(
        self,
        secrets: Secrets,
        credentials_hint: str,
        headers: Mapping[str, str] | None = None,
        base_url: str | None = None,
    ) -> HttpClient:
        """A client, which the caller closes.

        Args:
            secrets: Headers with credentials.
            credentials_hint: Where they come from, for the message of a 401.
            headers: Further headers.
            base_url: Another address of the vendor, which it has told. None: the API's.

        Raises:
            InvalidRequest: The address is not one.
        """
        from dagster_open_platform.lib.http import HttpClient, RetryLimits

        return HttpClient(
            base_url or self.api_url or os.environ.get(self.api_url_variable) or self.default_api_url,
            service=self.service,
            secrets=secrets,
            credentials_hint=credentials_hint,
            headers=headers,
            may_change=self.changes_outside,
            limits=RetryLimits(attempts=self.max_attempts, max_retry_after_seconds=self.max_wait_seconds),
            transport=self.transport(),
            sleep=self.sleep,
        )

    def credential(self, variable: str, what: str, given: str | None = None) -> str:
        """A credential, read now.

        Args:
            variable: Holds it, unless it is given.
            what: What it is, for the message if there is none: "an API key of the workspace".
            given: The resource's field for it, if it has one.

        Raises:
            MissingCredentials: It is not given, and the variable is not set.
        """
        found = given.get_value() if isinstance(given, dg.EnvVar) else given
        value = (found or os.environ.get(variable) or "").strip()
        if not value:
            raise MissingCredentials(
                f"There are no credentials for {self.service}: set {variable} to {what}."
            )
        return value

    def bearer_client(
        self, variable: str, what: str, given: str | None = None, secrets: tuple[str, ...] = ()
    ) -> HttpClient:
        """A client whose calls carry a token (RFC 6750), which the caller closes.

        Args:
            variable: Holds the token, unless it is given.
            what: The token, for the message if there is none.
            given: The resource's field for it, if it has one.
            secrets: Further secrets that the vendor may repeat in its answers.

        Raises:
            MissingCredentials: There is no token.
            InvalidRequest: The token cannot be a header, or the address is not one.
        """
        from dagster_open_platform.lib.http import Secrets

        token = self.credential(variable, what, given)
        return self.http_client(Secrets({"Authorization": f"Bearer {token}"}, secrets), variable)
