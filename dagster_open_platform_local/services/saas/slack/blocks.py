"""Whether Slack would show some blocks.

What belongs here: Block Kit's rules for the blocks that the platform uses. What does not: drawing them (`page.py`).
Source of shapes and limits: https://docs.slack.dev/reference/block-kit/blocks.
"""

from collections.abc import Callable, Iterator
from typing import Any

from dagster_open_platform_local.services.saas.slack.errors import invalid_blocks

_BLOCKS = 50
_KEYS: dict[str, frozenset[str]] = {
    "header": frozenset({"text"}),
    "section": frozenset({"text", "fields"}),
    "context": frozenset({"elements"}),
    "divider": frozenset(),
    "image": frozenset({"slack_file", "alt_text", "title"}),
    "table": frozenset({"rows", "column_settings"}),
}


def check_blocks(blocks: Any, can_be_shown: Callable[[str], bool]) -> None:
    """Check the blocks of a message.

    Args:
        blocks: As they were sent.
        can_be_shown: Whether there is a file of that id that messages can show.

    Raises:
        SlackError: Slack would refuse them.
    """
    if not isinstance(blocks, list):
        raise invalid_blocks("must be an array [json-pointer:/blocks]")
    problems = (
        [] if len(blocks) <= _BLOCKS else [f"no more than {_BLOCKS} items allowed [json-pointer:/blocks]"]
    )
    for number, block in enumerate(blocks):
        problems += [
            f"{text} [json-pointer:/blocks/{number}{where}]" for where, text in _problems(block, can_be_shown)
        ]
    if sum(isinstance(block, dict) and block.get("type") == "table" for block in blocks) > 1:
        problems.append("only_one_table_allowed [json-pointer:/blocks]")
    if problems:
        raise invalid_blocks(*problems)


_Problem = tuple[str, str]


def _problems(block: Any, can_be_shown: Callable[[str], bool]) -> Iterator[_Problem]:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in _KEYS:
        yield "/type", f"unsupported type: {kind}"
        return
    for key in sorted(set(block) - _KEYS[kind] - {"type", "block_id"}):
        yield f"/{key}", f"no more than {len(_KEYS[kind]) + 2} items allowed"
    if kind == "header":
        yield from _text(block.get("text"), "/text", 150, ("plain_text",))
    elif kind == "section":
        yield from _section(block)
    elif kind == "context":
        elements = block.get("elements")
        yield from _count(elements, "/elements", 1, 10)
        for place, each in enumerate(elements if isinstance(elements, list) else []):
            yield from _text(each, f"/elements/{place}", 3000)
    elif kind == "image":
        file = block.get("slack_file")
        if not isinstance(file, dict) or not can_be_shown(str(file.get("id"))):
            yield "/slack_file", "invalid slack file"
        if not 1 <= len(str(block.get("alt_text", ""))) <= 2000:
            yield "/alt_text", "must be more than 0 characters and less than 2001"
        if "title" in block:
            yield from _text(block["title"], "/title", 2000, ("plain_text",))
    elif kind == "table":
        yield from _table(block)


def _section(block: Any) -> Iterator[_Problem]:
    if "text" not in block and "fields" not in block:
        yield "", "missing required field: text or fields"
    if "text" in block:
        yield from _text(block["text"], "/text", 3000)
    if "fields" in block:
        yield from _count(block["fields"], "/fields", 1, 10)
        for place, each in enumerate(block["fields"] if isinstance(block["fields"], list) else []):
            yield from _text(each, f"/fields/{place}", 2000)


def _table(block: Any) -> Iterator[_Problem]:
    rows = block.get("rows")
    yield from _count(rows, "/rows", 1, 100)
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        yield from _count(row, f"/rows/{place}", 1, 20)
        for column, cell in enumerate(row if isinstance(row, list) else []):
            kind = cell.get("type") if isinstance(cell, dict) else None
            if kind not in ("raw_text", "rich_text") or (kind == "raw_text" and not cell.get("text")):
                yield f"/rows/{place}/{column}", "invalid table cell"


def _count(items: Any, where: str, least: int, most: int) -> Iterator[_Problem]:
    if not isinstance(items, list) or not least <= len(items) <= most:
        yield where, f"must be an array of {least} to {most} items"


def _text(
    text: Any, where: str, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")
) -> Iterator[_Problem]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield where, f"must be a text object of type {' or '.join(kinds)}"
        return
    length = len(text["text"]) if isinstance(text.get("text"), str) else 0
    if not 1 <= length <= most:
        yield f"{where}/text", f"must be more than 0 characters and less than {most + 1}"
