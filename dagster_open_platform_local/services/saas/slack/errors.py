"""How the emulated Slack says no.

What belongs here: the error, and its envelope. What does not: which method has which error (`methods.py`).
Source: https://docs.slack.dev/apis/web-api#errors: `{"ok": false, "error": …}` with status 200; 429 with Retry-After.
"""

from typing import Any

from starlette.responses import JSONResponse


class SlackError(Exception):
    """A call that fails.

    Args:
        code: Such as `channel_not_found`.
        details: Further fields of the envelope.
        status: HTTP status.
        headers: Of the answer.
    """

    def __init__(
        self, code: str, *, status: int = 200, headers: dict[str, str] | None = None, **details: Any
    ) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
        self.status = status
        self.headers = headers or {}

    def answer(self) -> JSONResponse:
        """The envelope."""
        return JSONResponse({"ok": False, "error": self.code, **self.details}, self.status, self.headers)


def invalid_blocks(*messages: str) -> SlackError:
    """Blocks that Slack cannot show; each message says which and why."""
    notes = {"messages": [f"[ERROR] {message}" for message in messages]}
    return SlackError("invalid_blocks", errors=list(messages), response_metadata=notes)
