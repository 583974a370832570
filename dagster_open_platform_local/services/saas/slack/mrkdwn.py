"""Slack's markup as HTML.

What belongs here: the markup of messages. What does not: blocks (`page.py`).
Source: https://docs.slack.dev/messaging/formatting-message-text. All text is escaped; a link is one only if it leads to http, https or mail.
"""

import html
import re
from typing import Final

_CODE: Final = re.compile(r"```\n?(.*?)\n?```|`([^`\n]+)`", re.DOTALL)
_LINK: Final = re.compile(r"<([^<>\n]+)>")
_STYLES: Final = (
    (re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])"), "b"),
    (re.compile(r"(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])"), "i"),
    (re.compile(r"(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])"), "s"),
)
_QUOTE: Final = re.compile(r"(?:^&gt;.*(?:\n|$))+", re.MULTILINE)
_EMOJI: Final = {
    "white_check_mark": "✅",
    "warning": "⚠️",
    "x": "❌",
    "rotating_light": "🚨",
    "red_circle": "🔴",
    "large_yellow_circle": "🟡",
    "large_green_circle": "🟢",
    "hourglass_flowing_sand": "⏳",
    "chart_with_upwards_trend": "📈",
    "snail": "🐌",
    "heartbeat": "💓",
    "tada": "🎉",
}
_NAME: Final = re.compile(r":([a-z0-9_+-]+):")
_HELD: Final = re.compile("\x00(\\d+)\x00")


def literal(text: str) -> str:
    """Text without markup, its three entities resolved, as HTML."""
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return html.escape(plain)


def rendered(text: str) -> str:
    """Markup as HTML."""
    held: list[str] = []

    def hold(found: str) -> str:
        # What is made already must not be taken for markup by what comes after it.
        held.append(found)
        return f"\x00{len(held) - 1}\x00"

    def code(match: re.Match[str]) -> str:
        block, inline = match.groups()
        return hold(f"<pre>{literal(block)}</pre>" if inline is None else f"<code>{literal(inline)}</code>")

    source = _CODE.sub(code, text.replace("\x00", ""))
    source = _LINK.sub(lambda match: hold(_link(match[1])), source)
    shown = literal(source)
    for pattern, tag in _STYLES:
        shown = pattern.sub(rf"<{tag}>\1</{tag}>", shown)
    shown = _NAME.sub(lambda match: _EMOJI.get(match[1], match[0]), shown)
    shown = _QUOTE.sub(_quote, shown)
    shown = shown.replace("\n", "<br>")
    return _HELD.sub(lambda match: held[int(match[1])], shown)


def _link(target: str) -> str:
    address, _, label = target.partition("|")
    if address.startswith(("#", "@", "!")):
        return f'<span class="mention">{literal(label or address)}</span>'
    return link(address.replace("&amp;", "&"), label or address)


def link(address: str, label: str) -> str:
    """A link, or text if it leads elsewhere than to a page or a mail.

    Args:
        address: Without entities.
        label: With entities.
    """
    if not address.startswith(("http://", "https://", "mailto:")):
        return literal(label)
    return f'<a href="{html.escape(address)}" rel="noreferrer">{literal(label)}</a>'


def _quote(match: re.Match[str]) -> str:
    lines = [line.removeprefix("&gt;").strip() for line in match[0].strip("\n").split("\n")]
    return f"<blockquote>{'<br>'.join(lines)}</blockquote>"
