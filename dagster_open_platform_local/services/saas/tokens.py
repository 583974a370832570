"""Credentials of vendors that know one token, and their variables.

What belongs here: making a token, where each side finds it, and whether a call carries it. What does not: what the vendor says if not.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ApiToken:
    """A token.

    Args:
        value: The token.
        variables: That hold it.
    """

    value: str = field(repr=False)
    variables: "TokenVariables"

    @property
    def service_variables(self) -> Mapping[str, str]:
        """The variables of the service, which accepts it."""
        return {self.variables.emulator: self.value}

    def platform_variables(self, url: str) -> Mapping[str, str]:
        """The platform's variables.

        Args:
            url: Where the vendor's API is.
        """
        return {self.variables.url: url, self.variables.token: self.value, **self.variables.others}

    def is_in(self, given: str) -> bool:
        """Whether somebody gave this token."""
        return secrets.compare_digest(given.encode(), self.value.encode())

    def is_bearer(self, authorization: str) -> bool:
        """Whether a header `Authorization` carries this token (RFC 6750)."""
        scheme, _, given = authorization.partition(" ")
        return scheme.lower() == "bearer" and self.is_in(given.strip())


@dataclass(frozen=True)
class TokenVariables:
    """The names of a vendor's variables.

    Args:
        vendor: Its name, for messages.
        emulator: Where the service finds the token.
        url: Where the platform finds the API's address.
        token: Where the platform finds the token.
        prefix: What the vendor's tokens begin with.
        others: Further variables of the platform, with their values.
    """

    vendor: str
    emulator: str
    url: str
    token: str
    prefix: str = ""
    others: Mapping[str, str] = field(default_factory=dict)

    def new(self) -> ApiToken:
        """A token that nobody knows yet."""
        return ApiToken(self.prefix + secrets.token_urlsafe(24), self)

    def of(self, environ: Mapping[str, str]) -> ApiToken:
        """The token that the emulated vendor accepts.

        Raises:
            ValueError: The variable is missing; names it.
        """
        value = environ.get(self.emulator, "")
        if not value:
            raise ValueError(f"{self.emulator} must hold the token that the emulated {self.vendor} accepts")
        return ApiToken(value, self)
