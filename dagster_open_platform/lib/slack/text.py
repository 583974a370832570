"""Text in Slack's markup, in which nothing that came from elsewhere can become markup.

What belongs here: escaping, the markup that our messages use, and cutting text without breaking it. What does not: blocks and their
limits (`blocks.py`).
Source: https://docs.slack.dev/messaging/formatting-message-text (mrkdwn; `&`, `<` and `>` are the characters to escape).
"""

import re
from dataclasses import dataclass

ELLIPSIS = "…"
_FENCE = "```"
_ATOM = re.compile(r"<[^<>\n]*>|&(?:amp|lt|gt);|```|.", re.DOTALL)


def escaped(text: str) -> str:
    """Text from elsewhere as Slack shows it literally, apart from `*`, `_`, `~` and backticks, for which Slack has no escape."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass(frozen=True)
class Mrkdwn:
    """Markup. Make it with the functions of this module; a bare `str` is always text to be escaped.

    Args:
        source: As it is sent.
    """

    source: str

    def __add__(self, other: "Inline") -> "Mrkdwn":
        return Mrkdwn(self.source + source_of(other))

    def __radd__(self, other: str) -> "Mrkdwn":
        return Mrkdwn(escaped(other) + self.source)


Inline = str | Mrkdwn
"""Text: a `str` is shown literally, `Mrkdwn` is markup."""


def source_of(text: Inline) -> str:
    """Text as it is sent in a mrkdwn field."""
    return text.source if isinstance(text, Mrkdwn) else escaped(text)


def joined(*parts: Inline, by: Inline = "") -> Mrkdwn:
    """Parts one after another.

    Args:
        parts: Texts.
        by: What stands between them.
    """
    return Mrkdwn(source_of(by).join(source_of(part) for part in parts))


def bold(text: Inline) -> Mrkdwn:
    """Bold text."""
    return Mrkdwn(f"*{source_of(text)}*")


def code(text: str) -> Mrkdwn:
    """Text of fixed width within a line; its own backticks become apostrophes, since they would end it."""
    return Mrkdwn(f"`{escaped(text.replace('`', chr(39)))}`")


def code_block(text: str) -> Mrkdwn:
    """Lines of fixed width; three backticks in a row become apostrophes, since they would end it."""
    return Mrkdwn(f"{_FENCE}\n{escaped(text.replace(_FENCE, chr(39) * 3))}\n{_FENCE}")


def link(url: str, label: str) -> Mrkdwn:
    """A link.

    Args:
        url: `https://…`, or `http://…` on this machine. `<`, `>`, `|` and spaces in it are percent-encoded.
        label: What is shown; backticks in it become apostrophes, since code does not begin within a link.
    """
    shown = " ".join(label.replace("`", "'").split()) or url
    address = re.sub(r"[<>|\s]", lambda found: f"%{ord(found[0]):02X}", url)
    return Mrkdwn(f"<{address.replace('&', '&amp;')}|{escaped(shown)}>")


def bullets(*lines: Inline) -> Mrkdwn:
    """A list, a line each."""
    return joined(*(joined("• ", line) for line in lines), by="\n")


def shortened(source: str, limit: int) -> str:
    """Markup of at most so many characters: cut between characters, links and entities, with an ellipsis, and closed if it ends in code.

    Args:
        source: Markup.
        limit: Characters, at least 8.
    """
    if len(source) <= limit:
        return source
    kept, length, fenced = [], 0, False
    room = limit - len(ELLIPSIS) - len(_FENCE)
    for atom in _ATOM.findall(source):
        if length + len(atom) > room:
            break
        kept.append(atom)
        length += len(atom)
        fenced ^= atom == _FENCE
    return "".join(kept) + ELLIPSIS + (_FENCE if fenced else "")


def cut_plain(text: str, limit: int) -> str:
    """Plain text of at most so many characters, with an ellipsis if it was longer.

    Args:
        text: Not markup.
        limit: Characters.
    """
    return text if len(text) <= limit else text[: limit - len(ELLIPSIS)] + ELLIPSIS


def split(source: str, limit: int) -> list[str]:
    """Markup in pieces of at most so many characters, between lines; a line that is longer is shortened, code goes on as code.

    Args:
        source: Markup.
        limit: Characters a piece, at least 32.
    """
    if len(source) <= limit:
        return [source]
    pieces: list[str] = []
    current, fenced = "", False
    room = limit - 2 * len(_FENCE) - 2
    for line in source.split("\n"):
        fitting = shortened(line, room)
        if current and len(current) + 1 + len(fitting) > room:
            pieces.append(current + (f"\n{_FENCE}" if fenced else ""))
            current = f"{_FENCE}\n{fitting}" if fenced and fitting != _FENCE else fitting
            if fenced and fitting == _FENCE:
                current, fenced = "", False
                continue
        else:
            current = f"{current}\n{fitting}" if current else fitting
        fenced ^= fitting.count(_FENCE) % 2 == 1
    return [*pieces, current] if current else pieces
