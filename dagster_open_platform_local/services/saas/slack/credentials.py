"""The tokens that the emulated Slack accepts, and their variables.

What belongs here: tokens and scopes. What does not: which method wants which (`methods.py`).
Sources: https://docs.slack.dev/authentication/tokens (xoxb- of bots, xoxp- of users), https://docs.slack.dev/reference/scopes.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

BOT_SCOPES = frozenset(
    {
        "users:read",
        "users:read.email",
        "channels:read",
        "groups:read",
        "channels:history",
        "groups:history",
        "chat:write",
        "files:read",
        "files:write",
    }
)
ADMIN_SCOPES = frozenset({"admin.analytics:read"})
_BOT, _ADMIN = "SLACK_EMULATOR_BOT_TOKEN", "SLACK_EMULATOR_ADMIN_TOKEN"


@dataclass(frozen=True)
class SlackCredentials:
    """The app's two tokens.

    Args:
        bot: The bot's.
        admin: Of an administrator of the organization, who installed the app.
        bot_scopes: What the bot may do.
    """

    bot: str = field(repr=False)
    admin: str = field(repr=False)
    bot_scopes: frozenset[str] = BOT_SCOPES

    @classmethod
    def new(cls) -> "SlackCredentials":
        """Tokens that nobody knows yet."""
        return cls(f"xoxb-4200-{secrets.token_urlsafe(24)}", f"xoxp-4200-{secrets.token_urlsafe(24)}")

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "SlackCredentials":
        """The tokens that the emulated Slack accepts.

        Raises:
            ValueError: A variable is missing; names it.
        """
        for name in (_BOT, _ADMIN):
            if not environ.get(name):
                raise ValueError(f"{name} must hold a token that the emulated Slack accepts")
        return cls(environ[_BOT], environ[_ADMIN])

    @property
    def service_variables(self) -> Mapping[str, str]:
        """The variables of the service, which accepts them."""
        return {_BOT: self.bot, _ADMIN: self.admin}

    def platform_variables(self, url: str) -> Mapping[str, str]:
        """The platform's variables.

        Args:
            url: Where the vendor is; the API is below it.
        """
        return {"SLACK_API_URL": f"{url}/api", "SLACK_BOT_TOKEN": self.bot, "SLACK_ADMIN_TOKEN": self.admin}

    def scopes_of(self, token: str) -> frozenset[str] | None:
        """What a token may do. None: nobody knows it."""
        if secrets.compare_digest(token.encode(), self.bot.encode()):
            return self.bot_scopes
        return ADMIN_SCOPES if secrets.compare_digest(token.encode(), self.admin.encode()) else None
