"""The blocks that our messages are made of, within Block Kit's limits: what is too long is split or shortened, so that Slack rejects none.

What belongs here: one class a block. What does not: messages (`message.py`), markup (`text.py`).
Source of shapes and limits: https://docs.slack.dev/reference/block-kit/blocks, a page for each block.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from dagster_open_platform.lib.slack.text import (
    Inline,
    Mrkdwn,
    code_block,
    cut_plain,
    shortened,
    source_of,
    split,
)

HEADER_TEXT = 150
SECTION_TEXT = 3000
SECTION_FIELDS, FIELD_TEXT = 10, 2000
CONTEXT_ELEMENTS = 10
IMAGE_TEXT = 2000
TABLE_ROWS, TABLE_COLUMNS, TABLE_TEXT = 100, 20, 10_000
_NOTHING = "—"  # Slack rejects a text without characters

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Header:
    """A line in large letters, without markup.

    Args:
        text: At most 150 characters are shown, in one line.
    """

    text: str

    def as_json(self) -> list[Json]:
        """The block."""
        text = cut_plain(" ".join(self.text.split()) or _NOTHING, HEADER_TEXT)
        return [{"type": "header", "text": {"type": "plain_text", "text": text, "emoji": True}}]


@dataclass(frozen=True)
class Section:
    """A paragraph, fields in two columns, or both. A long paragraph becomes several blocks, as do more than ten fields.

    Args:
        text: A bare `str` is shown literally.
        fields: Each of at most 2,000 characters.
    """

    text: Inline | None = None
    fields: Sequence[Inline] = ()

    def as_json(self) -> list[Json]:
        """The blocks; at least one."""
        paragraph = source_of(self.text) if self.text is not None else None
        pieces = split(paragraph, SECTION_TEXT) if paragraph and paragraph.strip() else []
        blocks: list[Json] = [{"type": "section", "text": _mrkdwn(piece, SECTION_TEXT)} for piece in pieces]
        for some in _batches(self.fields, SECTION_FIELDS):
            shown = [_mrkdwn(source_of(each), FIELD_TEXT) for each in some]
            if len(blocks) == 1 and "fields" not in blocks[0] and len(self.fields) <= SECTION_FIELDS:
                blocks[0]["fields"] = shown
            else:
                blocks.append({"type": "section", "fields": shown})
        return blocks or [{"type": "section", "text": _mrkdwn(_NOTHING, SECTION_TEXT)}]


@dataclass(frozen=True)
class Context:
    """Small grey text.

    Args:
        texts: Side by side; more than ten become several blocks.
    """

    texts: Sequence[Inline]

    def as_json(self) -> list[Json]:
        """The blocks; none without texts."""
        return [
            {"type": "context", "elements": [_mrkdwn(source_of(each), SECTION_TEXT) for each in some]}
            for some in _batches(self.texts, CONTEXT_ELEMENTS)
        ]


@dataclass(frozen=True)
class Divider:
    """A line across."""

    def as_json(self) -> list[Json]:
        """The block."""
        return [{"type": "divider"}]


@dataclass(frozen=True)
class Image:
    """An image that was uploaded (`SlackApi.upload_image`).

    Args:
        file_id: Of the upload.
        alt_text: For who does not see it.
        title: Above it. None: nothing.
    """

    file_id: str
    alt_text: str
    title: str | None = None

    def as_json(self) -> list[Json]:
        """The block."""
        alt_text = cut_plain(self.alt_text or _NOTHING, IMAGE_TEXT)
        block: Json = {"type": "image", "slack_file": {"id": self.file_id}, "alt_text": alt_text}
        if self.title:
            block["title"] = {"type": "plain_text", "text": cut_plain(self.title, IMAGE_TEXT), "emoji": True}
        return [block]


@dataclass(frozen=True)
class Link:
    """A table's cell that links somewhere.

    Args:
        url: Where to.
        label: What is shown.
    """

    url: str
    label: str


Cell = str | Link


@dataclass(frozen=True)
class Table:
    """A table. Slack takes one in a message; `Message` writes further ones as text.

    Args:
        header: The first row.
        rows: Below it, each as long. Those beyond the hundredth, or beyond 10,000 characters in all, are counted in the last row.
        align: By column; default: left.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    align: Sequence[Literal["left", "center", "right"]] = field(default=())

    def as_json(self) -> list[Json]:
        """The block."""
        shown = [self.header, *self._fitting()]
        block: Json = {
            "type": "table",
            "rows": [[_cell(each) for each in row[:TABLE_COLUMNS]] for row in shown],
        }
        if self.align:
            block["column_settings"] = [{"align": each} for each in self.align[:TABLE_COLUMNS]]
        return [block]

    def as_text(self) -> Mrkdwn:
        """The table as lines of fixed width, for where no table can stand."""
        rows = [
            [each.label if isinstance(each, Link) else each for each in row]
            for row in [self.header, *self.rows]
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(len(self.header))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
            for row in rows
        ]
        return code_block("\n".join(lines))

    def _fitting(self) -> list[Sequence[Cell]]:
        room = TABLE_TEXT - sum(len(each) for each in self.header) - HEADER_TEXT
        fitting: list[Sequence[Cell]] = []
        for row in self.rows:
            room -= sum(len(each.label if isinstance(each, Link) else each) for each in row)
            if room < 0 or len(fitting) + 1 > TABLE_ROWS - 1 - (len(self.rows) > TABLE_ROWS - 1):
                break
            fitting.append(row)
        if len(fitting) < len(self.rows):
            width = min(len(self.header), TABLE_COLUMNS)
            more: list[Cell] = [f"… and {len(self.rows) - len(fitting)} more", *([""] * (width - 1))]
            fitting.append(more)
        return fitting


Block = Header | Section | Context | Divider | Image | Table


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _mrkdwn(source: str, limit: int) -> Json:
    return {"type": "mrkdwn", "text": shortened(source if source.strip() else _NOTHING, limit)}


def _cell(cell: Cell) -> Json:
    if isinstance(cell, Link):
        target = {"type": "link", "url": cell.url, "text": cell.label or cell.url}
        return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [target]}]}
    return {"type": "raw_text", "text": cell or " "}


def text_of(label: str, value: Inline) -> Mrkdwn:
    """A field: a bold label over its value."""
    return Mrkdwn(f"*{source_of(label)}*\n{source_of(value)}")
