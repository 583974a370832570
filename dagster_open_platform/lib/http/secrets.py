"""Secrets that a client sends, and the care that nothing else shows them.

What belongs here: holding secret header values, and blanking them out of texts.
"""

from collections.abc import Mapping

from dagster_open_platform.lib.http.errors import InvalidRequest

_BLANK = "[secret]"
_SHORTEST = 4


class Secrets:
    """Header values that must not appear anywhere but in their headers.

    Args:
        headers: Header name to its whole value, such as ``{"Authorization": "Bearer abc"}``.
        values: Further texts to blank out, usually the bare token.

    Raises:
        InvalidRequest: A value is empty or cannot be a header. The message does not show it.
    """

    def __init__(self, headers: Mapping[str, str], values: tuple[str, ...] = ()) -> None:
        for name, value in headers.items():
            if not value.strip() or not value.isascii() or not value.isprintable():
                raise InvalidRequest(
                    f"The secret for the header {name} is empty or has characters that a header cannot hold, such as"
                    " a line break at its end."
                )
        self._headers = dict(headers)
        parts = {part for value in headers.values() for part in (value, value.rpartition(" ")[2])}
        # Longest first, so that no rest of a longer secret stays; very short ones would blank ordinary words.
        self._values = sorted(
            (value for value in parts | set(values) if len(value) >= _SHORTEST), key=len, reverse=True
        )

    def __repr__(self) -> str:
        return f"Secrets({sorted(self._headers)})"

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers to send."""
        return dict(self._headers)

    def redacted(self, text: str) -> str:
        """The text without any of the secrets."""
        for value in self._values:
            text = text.replace(value, _BLANK)
        return text

    def are_in(self, text: str) -> bool:
        """Whether the text shows a secret."""
        return any(value in text for value in self._values)
