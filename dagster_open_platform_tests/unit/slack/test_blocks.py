"""No block breaks one of Slack's limits or lets text from elsewhere become markup, whatever is put into it."""

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.slack import text
from dagster_open_platform.lib.slack.blocks import (
    Block,
    Context,
    Divider,
    Header,
    Image,
    Link,
    Section,
    Table,
)
from dagster_open_platform.lib.slack.message import Message

ANYTHING = st.text(st.sampled_from("ab &<>|*`\n\"'…é🎉"), max_size=60)
LONG = st.builds(lambda part, times: part * times, ANYTHING, st.integers(0, 300))
INLINE = st.one_of(
    LONG,
    LONG.map(text.bold),
    LONG.map(text.code),
    LONG.map(text.code_block),
    st.builds(text.link, st.just("https://example.com/a?b=1&c=<d>"), ANYTHING),
    st.lists(LONG, max_size=4).map(lambda parts: text.bullets(*parts)),
)
BLOCKS = st.one_of(
    st.builds(Header, LONG),
    st.builds(Section, INLINE, st.lists(INLINE, max_size=13)),
    st.builds(Section, st.none(), st.lists(INLINE, max_size=13)),
    st.builds(Context, st.lists(INLINE, max_size=13)),
    st.just(Divider()),
    st.builds(Image, st.just("F1"), LONG, st.none() | LONG),
    st.integers(1, 22).flatmap(
        lambda width: st.builds(
            Table,
            st.lists(ANYTHING, min_size=width, max_size=width),
            st.builds(
                lambda row, times: [row] * times,
                st.lists(
                    ANYTHING | st.builds(Link, st.just("https://x.y"), ANYTHING),
                    min_size=width,
                    max_size=width,
                ),
                st.integers(0, 130),
            ),
        )
    ),
)


def _bounds(block: dict) -> None:
    match block["type"]:
        case "header":
            assert 1 <= len(block["text"]["text"]) <= 150
            assert "\n" not in block["text"]["text"]
        case "section":
            assert "text" in block or block["fields"]
            if "text" in block:
                assert 1 <= len(block["text"]["text"]) <= 3000
            assert len(block.get("fields", [])) <= 10
            assert all(1 <= len(each["text"]) <= 2000 for each in block.get("fields", []))
        case "context":
            assert 1 <= len(block["elements"]) <= 10
            assert all(1 <= len(each["text"]) <= 3000 for each in block["elements"])
        case "image":
            assert 1 <= len(block["alt_text"]) <= 2000
            assert len(block.get("title", {}).get("text", "")) <= 2000
        case "table":
            assert 1 <= len(block["rows"]) <= 100
            assert all(len(row) <= 20 for row in block["rows"])


@given(st.lists(BLOCKS, max_size=12).map(lambda blocks: blocks * 5))
@settings(max_examples=60, deadline=None)
def test_a_message_is_within_the_limits(blocks: list[Block]) -> None:
    sent = Message("x", blocks).as_json().get("blocks", [])
    assert len(sent) <= 50
    assert [each["type"] for each in sent].count("table") <= 1
    for block in sent:
        _bounds(block)


def test_a_message_that_is_too_long_says_how_much_is_missing() -> None:
    sent = Message("x", [Header(str(number)) for number in range(70)]).as_json()["blocks"]
    assert [each["text"]["text"] for each in sent[:-1]] == [str(number) for number in range(49)]
    assert sent[-1]["elements"][0]["text"].startswith("… and 21 more parts")


@given(ANYTHING)
def test_text_is_shown_as_it_is(given_text: str) -> None:
    source = text.source_of(given_text)
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", source)
    assert html.unescape(source) == html.unescape(html.escape(given_text, quote=False))


@given(INLINE)
def test_cutting_breaks_no_link_entity_or_code(inline: text.Inline) -> None:
    source = text.source_of(inline)
    for piece in [text.shortened(source, 40), *text.split(source, 60)]:
        assert piece.count("```") % 2 == 0 or source.count("```") % 2 == 1
        without_links = re.sub(r"<https://[^<>|]*\|[^<>]*>", "", piece)
        assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", without_links)


@given(LONG)
def test_splitting_loses_no_line_that_fits(given_text: str) -> None:
    source = text.escaped(given_text)
    kept = "\n".join(text.split(source, 100)).split("\n")
    fitting = [line for line in source.split("\n") if line.strip() and len(line) <= 92 and "```" not in line]
    for line in fitting:
        assert line in kept


def test_code_that_is_split_stays_code() -> None:
    lines = [f"line {number} of a trace" for number in range(40)]
    pieces = text.split(text.code_block("\n".join(lines)).source, 200)
    assert len(pieces) > 3
    assert all(piece.startswith("```\n") and piece.endswith("\n```") for piece in pieces)
    assert [line for piece in pieces for line in piece.split("\n")[1:-1]] == lines


def test_a_bare_text_in_markup_is_escaped() -> None:
    built = text.joined("a<b", text.bold("c&d"), text.link("https://e.f/g h", "i>j"), by=" ")
    assert built.source == "a&lt;b *c&amp;d* <https://e.f/g%20h|i&gt;j>"
    assert ("k<" + built + ">l").source == f"k&lt;{built.source}&gt;l"
