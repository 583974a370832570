"""Blanking secrets out of texts that other systems wrote, before they are posted where many people read.

What belongs here: the forms that secrets have, and the values of this process's own. What does not: the secrets of one client
(``lib/http``), which redacts its own messages already; this is for errors of whatever fails.
"""

import os
import re
from collections.abc import Mapping

BLANK = "[secret]"
_SHORTEST = 6

_NAME = r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|signature)"
_SECRET_VARIABLE = re.compile(
    r"(?:PASS(?:WORD|WD|PHRASE)?|SECRET|TOKEN|KEY|CREDENTIALS?|DSN)(?:_|$)", re.IGNORECASE
)

_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
        r"\bxox[a-z]-[\w-]+",  # Slack
        r"\bsk-[\w-]{12,}",  # Anthropic and others
        r"\bgh[pousr]_\w{16,}|\bgithub_pat_\w{16,}",  # GitHub
        r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}",  # AWS
        r"\beyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]*)?",  # a JWT
        r"(?<=\bBearer )[^\s\"']+|(?<=\bBasic )[^\s\"']{6,}",
    )
)
_IN_URL = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
# "It may pass: …" is how a failure is told that may.
_NAMED = re.compile(
    rf"((?<!\bmay )\b[\w-]*{_NAME}[\w-]*[\"']?\s*[=:]\s*[\"']?)([^\s\"',;&)}}\]]+)", re.IGNORECASE
)


def redacted(text: str, environ: Mapping[str, str] | None = None) -> str:
    """The text without what looks like a secret, and without the values of this process's secret variables.

    Args:
        text: An error's message.
        environ: Variables; default: this process's, now. Those count whose names say that they hold a secret.
    """
    for value in _values(os.environ if environ is None else environ):
        text = text.replace(value, BLANK)
    for form in _FORMS:
        text = form.sub(BLANK, text)
    text = _IN_URL.sub(BLANK, text)
    return _NAMED.sub(lambda found: found[1] + BLANK, text)


def _values(environ: Mapping[str, str]) -> list[str]:
    found = {value for name, value in environ.items() if _SECRET_VARIABLE.search(name)}
    # Longest first, so that no rest of a longer one stays; paths are no secrets, and say where to look.
    kept = (value for value in found if len(value) >= _SHORTEST and not value.startswith(("/", "http")))
    return sorted(kept, key=len, reverse=True)
