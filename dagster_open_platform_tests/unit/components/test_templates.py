"""Texts of YAML mean what Dagster says, whether a template engine was asked or not."""

import warnings
from typing import Any

import dagster as dg
import pytest
from dagster.components.resolved.errors import ResolutionException
from hypothesis import example, given
from hypothesis import strategies as st

from dagster_open_platform.lib.yaml_templates import PlainTexts, is_constant

DAGSTERS = dg.ResolutionContext.default().with_scope(one=1, word="w")
OURS = PlainTexts.of(DAGSTERS)
PIECES = [
    "1",
    "e3",
    "True",
    "None",
    ",",
    " ",
    "\n",
    "\r\n",
    "'",
    '"',
    "#",
    "[",
    "]",
    "{{ one }}",
    "{{ word }}",
    "{# x #}",
    "0x",
    "_",
    "ä",
    "}}",
    "-",
    "\\",
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=6).map("".join)


def meaning(context: dg.ResolutionContext, text: Any) -> tuple[str, object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes in texts that look like Python
        try:
            found = context.resolve_value(text)
        except ResolutionException as error:
            return "raised", type(error)
    return type(found).__name__, repr(found)


@given(text=texts)
@example(text="1")
@example(text="one\n")
@example(text="one\n\n")
@example(text="\n")
@example(text=" 'x'")
@example(text="1,2")
def test_a_text_means_the_same(text: str) -> None:
    assert meaning(OURS, text) == meaning(DAGSTERS, text)


@given(text=texts)
def test_texts_in_collections_mean_the_same(text: str) -> None:
    nested = {"a": [text, {"b": text}], "c": (text,)}
    assert meaning(OURS, nested) == meaning(DAGSTERS, nested)


@pytest.mark.parametrize("text", ["plain", "1", 'key:"a/*"', "0 6 * * *", "a }} b"])
def test_plain_texts_are_not_compiled(text: str) -> None:
    assert is_constant(text)


def test_a_context_stays_what_it_is() -> None:
    """Resolvers get contexts that are made of it."""
    assert isinstance(OURS.at_path("a").with_scope(x=1), PlainTexts)
    assert OURS.at_path("a").path == ["a"]
