"""What was posted, as Slack would show it: one HTML page that loads nothing from elsewhere.

What belongs here: channels, messages, threads and blocks as HTML. What does not: markup within texts (`mrkdwn.py`).
Everything that a message says is escaped; who writes "<script>" sees "<script>".
"""

import html
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from dagster_open_platform_local.services.saas.slack.mrkdwn import link, literal, rendered
from dagster_open_platform_local.services.saas.slack.objects import BOT_NAME
from dagster_open_platform_local.services.saas.slack.store import StoredMessage

_STYLE = Path(__file__).with_name("page.css")
# Drawn, since not every machine has a font with the character.
_LOCK = (
    '<svg width="11" height="12" viewBox="0 0 11 12" role="img" aria-label="private"><rect x="1" y="5" width="9" height="7" rx="1.5"'
    ' fill="currentColor"/><path d="M3 5V3.2a2.5 2.5 0 0 1 5 0V5" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'
)
Json = Mapping[str, Any]


def anchor(channel: str, ts: str) -> str:
    """The anchor of a message on the page."""
    return f"{channel}-p{ts.replace('.', '')}"


def page_of(channels: Mapping[str, Json], messages: Sequence[StoredMessage]) -> str:
    """The page.

    Args:
        channels: All channels, by id.
        messages: Those to show, oldest first.
    """
    by_channel: dict[str, list[StoredMessage]] = {channel: [] for channel in channels}
    for message in messages:
        by_channel.setdefault(message.channel, []).append(message)
    written = {channel: found for channel, found in by_channel.items() if found}
    names = {channel: str(channels.get(channel, {}).get("name", channel)) for channel in by_channel}
    rows = [_entry(channel, names[channel], channels, len(by_channel[channel])) for channel in by_channel]
    sections = "".join(
        _channel(channel, _sign(channels.get(channel, {})), names[channel], found)
        for channel, found in written.items()
    )
    empty = '<p class="empty">Nothing has been posted yet.</p>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Slack (local)</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head><body>"
        f"<nav><h1>Dagster Community</h1><p>Local Slack. Times are UTC.</p><ul>{''.join(sorted(rows))}</ul></nav>"
        f"<main>{sections or empty}</main></body></html>"
    )


def _entry(channel: str, name: str, channels: Mapping[str, Json], count: int) -> str:
    label = f"{_sign(channels.get(channel, {}))} {html.escape(name)}"
    if not count:
        return f'<li class="quiet">{label}</li>'
    return f'<li class="busy"><a href="#{html.escape(channel)}">{label} <b>{count}</b></a></li>'


def _sign(channel: Json) -> str:
    return _LOCK if channel.get("is_private") else "#"


def _channel(channel: str, sign: str, name: str, messages: Sequence[StoredMessage]) -> str:
    parents = [message for message in messages if message.thread_ts is None]
    shown = {message.ts for message in parents}
    replies = [message for message in messages if message.thread_ts in shown]
    days = groupby(parents, key=lambda message: _moment(message.ts).date())
    parts: list[str] = []
    for day, found in days:
        parts.append(f'<div class="day"><span>{day:%A, %B} {day.day}</span></div>')
        parts += [
            _message(each, [reply for reply in replies if reply.thread_ts == each.ts]) for each in found
        ]
    body = "".join(parts)
    return f'<section id="{html.escape(channel)}"><h2>{sign} {html.escape(name)}</h2>{body}</section>'


def _message(message: StoredMessage, replies: Sequence[StoredMessage] = ()) -> str:
    name = anchor(message.channel, message.ts)
    moment = _moment(message.ts)
    blocks = message.content.get("blocks")
    body = (
        "".join(map(_block, blocks)) if blocks else f"<p>{rendered(str(message.content.get('text', '')))}</p>"
    )
    edited = '<span class="edited">(edited)</span>' if message.edited_ts else ""
    thread = ""
    if replies:
        count = f"{len(replies)} {'reply' if len(replies) == 1 else 'replies'}"
        thread = (
            f'<div class="thread"><div class="count">{count}</div>{"".join(map(_message, replies))}</div>'
        )
    return (
        f'<article id="{html.escape(name)}"><div class="face">D</div><div class="said">'
        f'<header><b>{BOT_NAME}</b> <span class="app">APP</span> '
        f'<a class="time" href="#{html.escape(name)}" title="{moment:%Y-%m-%d %H:%M:%S} UTC">{moment:%H:%M}</a></header>'
        f"{body}{edited}{thread}</div></article>"
    )


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC)


def _block(block: Json) -> str:
    """A block that `blocks.check_blocks` has let in."""
    match block["type"]:
        case "header":
            return f"<h3>{literal(block['text']['text'])}</h3>"
        case "section":
            text = f"<p>{_text(block['text'])}</p>" if "text" in block else ""
            fields = "".join(f"<div>{_text(each)}</div>" for each in block.get("fields", ()))
            return text + (f'<div class="fields">{fields}</div>' if fields else "")
        case "context":
            elements = "".join(f"<span>{_text(each)}</span>" for each in block["elements"])
            return f'<div class="context">{elements}</div>'
        case "divider":
            return "<hr>"
        case "image":
            title = f"<figcaption>{_text(block['title'])}</figcaption>" if "title" in block else ""
            source = html.escape(f"files/{block['slack_file']['id']}")
            return f'<figure>{title}<img src="{source}" alt="{html.escape(block["alt_text"])}"></figure>'
        case "table":
            return _table(block)
        case kind:
            return f"<p>(a block of type {html.escape(str(kind))})</p>"


def _text(text: Json) -> str:
    return rendered(text["text"]) if text["type"] == "mrkdwn" else literal(text["text"])


def _table(block: Json) -> str:
    aligned = [str((each or {}).get("align", "left")) for each in block.get("column_settings", ())]
    rows: list[str] = []
    for number, row in enumerate(block["rows"]):
        tag = "td" if number else "th"
        cells = [
            f'<{tag} class="{html.escape(aligned[place] if place < len(aligned) else "left")}">{_cell(cell)}</{tag}>'
            for place, cell in enumerate(row)
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f'<div class="wide"><table>{"".join(rows)}</table></div>'


def _cell(cell: Json) -> str:
    if cell["type"] == "raw_text":
        return html.escape(cell["text"])
    parts = [part for section in cell.get("elements", ()) for part in section.get("elements", ())]
    return "".join(
        link(str(part.get("url", "")), html.escape(str(part.get("text") or part.get("url", "")), quote=False))
        if part.get("type") == "link"
        else html.escape(str(part.get("text", "")))
        for part in parts
    )
