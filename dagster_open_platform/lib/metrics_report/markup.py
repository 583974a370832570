"""HTML in which nothing that came from elsewhere can become markup.

What belongs here: elements and escaping. What does not: what the page says (`page.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

_EMPTY = frozenset({"meta"})
"""Elements that have no end. Those of SVG have one, also within HTML."""


@dataclass(frozen=True)
class Html:
    """Markup. Make it with `element`; a bare `str` is always text to be escaped.

    Args:
        source: As it stands in the file.
    """

    source: str


Content = str | Html | Iterable["str | Html"]


def element(tag: str, *content: Content, **attributes: str | float | bool | None) -> Html:
    """An element.

    Args:
        tag: Its name.
        content: Text, markup, or several of them.
        attributes: By name; underscores become hyphens, and one at the end is dropped, so that Python's own words can be names. What
            is None or False is left out, True stands without a value.
    """
    written = "".join(
        f" {name}" if value is True else f' {name}="{escape(_text(value))}"'
        for name, value in ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
        if value is not None and value is not False
    )
    inside = "".join(map(_source, content))
    return Html(f"<{tag}{written}>" if tag in _EMPTY and not inside else f"<{tag}{written}>{inside}</{tag}>")


def _source(content: Content) -> str:
    if isinstance(content, Html):
        return content.source
    if isinstance(content, str):
        return escape(content)
    return "".join(map(_source, content))


def _text(value: str | float | bool) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
