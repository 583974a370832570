"""Why Snowflake lets somebody not in: one type a cause, and what to do about each.

What belongs here: how a refused login is recognised, and its message. What does not: errors of statements (`errors.py`).

A refusal has a number, but one that came through an older client or another layer has only the client's 250001
("failed to connect"), so its text is known too. Where the numbers come from:

- 390100, 390144, 394300 to 394307: the client's own list of rejected credentials (`CREDENTIAL_REJECTION_GS_CODES` in
  `snowflake.connector.network`) and https://docs.snowflake.com/en/user-guide/key-pair-auth-troubleshooting;
- 290403, 290404: 290000 (`snowflake.connector.errorcode.ER_HTTP_GENERAL_ERROR`) and the status of the answer; 540001: the
  client adds that 290000 to its 250001 when a login is answered with a 403;
- 250006 and 251001 to 251008: `snowflake.connector.errorcode`;
- 390140: https://docs.snowflake.com/en/user-guide/errors-saml;
- the others are in no list that Snowflake publishes. They were read off messages that people quote, and so were the words:
  390101 (disabled; https://github.com/PostHog/posthog/pull/63157), 390102 (locked), 390106 (expired password;
  https://github.com/PostHog/posthog/pull/63681), 390186 and 390189 (role), 390420, 390422 and 390432 (network policy), 390197
  and 394507 to 394509 (second factor; https://github.com/PostHog/posthog/pull/66419 and /63053).
"""

import re
from dataclasses import dataclass

from dagster_open_platform.lib.warehouse.errors import LoginFailed


class UnknownAccount(LoginFailed):
    """There is no such account at the address."""


class SuspendedAccount(LoginFailed):
    """The account is closed: its trial has ended, or nobody pays."""


class WrongCredentials(LoginFailed):
    """No such user, or another password."""


class KeyRefused(LoginFailed):
    """The key is not the user's."""


class UnreadableKey(LoginFailed):
    """The private key cannot be read; nobody was asked."""


class UserLocked(LoginFailed):
    """Too many logins of the user have failed. Permanent, because each retry prolongs it."""


class UserDisabled(LoginFailed):
    """Somebody has disabled the user."""


class PasswordExpired(LoginFailed):
    """The password has to be changed."""


class SecondFactorRequired(LoginFailed):
    """A password alone is not enough, and nobody is there to give more."""


class AddressRefused(LoginFailed):
    """A network policy does not admit this machine."""


class RoleRefused(LoginFailed):
    """The role does not exist or is not the user's."""


class ProxyRefused(LoginFailed):
    """A proxy wants a login of its own."""


@dataclass(frozen=True)
class Refusal:
    """One cause of a refused login.

    Args:
        kind: Its type.
        numbers: Snowflake's and the client's.
        text: Says the same where the number says nothing.
        advice: What to do; `{variables}` is the beginning of the variables' names.
    """

    kind: type[LoginFailed]
    numbers: frozenset[int]
    text: str
    advice: str


# The first that fits counts. Numbers go before texts.
REFUSALS = (
    Refusal(
        AddressRefused,
        frozenset({390420, 390422, 390432}),
        r"is not allowed to access Snowflake|Network policy is required",
        "A network policy does not admit this machine. Add its address to the policy of the account or the user, or run"
        " where one is admitted.",
    ),
    Refusal(
        UserLocked,
        frozenset({390102}),
        r"temporarily locked|user .* locked|locked due to",
        "The user is locked after too many failed logins. Mend the password or key first; the lock goes after 15"
        " minutes, or at once: ALTER USER ... SET MINS_TO_UNLOCK = 0.",
    ),
    Refusal(
        UserDisabled,
        frozenset({390101}),
        r"User access disabled|user .* disabled",
        "The user of {variables}_USER is disabled. If that is a mistake: ALTER USER ... SET DISABLED = FALSE.",
    ),
    Refusal(
        PasswordExpired,
        frozenset({390106, 390140}),
        r"password has expired|password must be changed",
        "The password in {variables}_PASSWORD has expired. Give the user a key ({variables}_PRIVATE_KEY), which does"
        " not expire, or another password.",
    ),
    Refusal(
        SecondFactorRequired,
        frozenset({390197, 394507, 394508, 394509}),
        r"multi-factor authentication|MFA authentication|MFA with TOTP|Duo Security",
        "The account wants a second factor with a password. Give the user a key ({variables}_PRIVATE_KEY), or make it a"
        " service user (ALTER USER ... SET TYPE = SERVICE).",
    ),
    Refusal(
        RoleRefused,
        frozenset({390186, 390189}),
        r"role .* (connect string|not granted)",
        "The role does not exist or was not granted to the user. Correct {variables}_ROLE, or: GRANT ROLE ... TO USER ....",
    ),
    Refusal(
        KeyRefused,
        frozenset({390144, *range(394300, 394308)}),
        r"JWT token",
        "The key in {variables}_PRIVATE_KEY is not the user's, or {variables}_ACCOUNT or {variables}_USER is another's, or"
        " the clock of this machine is more than a minute wrong. DESC USER shows the fingerprint; ALTER USER ... SET"
        " RSA_PUBLIC_KEY sets it. An administrator sees the reason with SYSTEM$GET_LOGIN_FAILURE_DETAILS.",
    ),
    Refusal(
        SuspendedAccount,
        frozenset(),
        r"account is suspended|trial has ended|marked for decommission",
        "The account is closed. Somebody has to pay for it or to close this platform too.",
    ),
    Refusal(
        UnknownAccount,
        frozenset({540001, 290403, 290404}),
        r"40[34] (Forbidden|Not Found)",
        "At the address of {variables}_ACCOUNT there is no Snowflake account: it is written"
        " <organization>-<account>, without https:// and .snowflakecomputing.com; a private link's host goes into"
        " {variables}_HOST. A firewall or proxy may also have answered in its place.",
    ),
    Refusal(
        WrongCredentials,
        frozenset({390100}),
        r"username or password",
        "There is no user {variables}_USER with the password {variables}_PASSWORD. Five failures lock the user, so mend"
        " it before the next attempt.",
    ),
    Refusal(
        LoginFailed,
        frozenset({250006, 251001, 251005, 251006, 251007, 251008}),
        r"(?!)",
        "Check {variables}_ACCOUNT, {variables}_USER, and {variables}_PRIVATE_KEY or {variables}_PASSWORD.",
    ),
)

# Session or token expired, or gone (`snowflake.connector.network`): no refusal, the next login may succeed.
EXPIRED = frozenset(range(390110, 390116))


_FAILED_TO_CONNECT = 250001
# Numbers of logins and tokens; those that nobody has met yet are refusals too.
_FIRST, _LAST = 390100, 395000


def refused_login(number: int | None, text: str, variables: str = "SNOWFLAKE") -> LoginFailed | None:
    """Return the typed error of a refused login; None if that is not what happened.

    Args:
        number: Snowflake's or the client's.
        text: What Snowflake said, without secrets.
        variables: Beginning of the names of the environment variables of the account.
    """
    found = next((one for one in REFUSALS if number in one.numbers), None)
    unknown = number is not None and number not in EXPIRED and _FIRST <= number < _LAST
    if found is None and (unknown or number == _FAILED_TO_CONNECT):
        found = next((one for one in REFUSALS if re.search(one.text, text, re.IGNORECASE)), None)
    if found is None and unknown:
        found = REFUSALS[-1]
    if found is None:
        return None
    advice = found.advice.format(variables=variables)
    return found.kind(f"Snowflake refused the login. {advice} Snowflake said: {text}")
