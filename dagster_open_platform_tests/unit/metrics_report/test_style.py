"""The page's colors can be told apart, in the light and in the dark."""

import itertools
import re
from collections.abc import Mapping

import pytest

from dagster_open_platform.lib.metrics_report.style import DARK, LIGHT, STYLE

BOTH = pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def luminance(color: str) -> float:
    """See https://www.w3.org/TR/WCAG21/#dfn-relative-luminance ."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """See https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio ."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def used(properties: str) -> set[str]:
    """The variables that rules of the style sheet give to some properties."""
    return {
        name
        for _, body in RULE.findall(STYLE)
        for declaration in body.split(";")
        if re.match(rf"({properties}):", declaration.strip())
        for name in re.findall(r"var\(--(\w+)\)", declaration)
    }


def test_contrast_is_computed_as_it_is_defined() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@BOTH
def test_text_stands_out_from_what_is_behind_it(colors: Mapping[str, str]) -> None:
    text, behind = used("color") | {"pale"}, used("background")
    assert text == {"ink", "pale", "link"}
    assert behind == {"paper", "card"}
    for one, other in itertools.product(text, behind):
        assert contrast(colors[one], colors[other]) >= 4.5, (one, other)


@BOTH
def test_columns_stand_out_from_what_is_behind_them(colors: Mapping[str, str]) -> None:
    columns = used("fill") - {"pale"}
    assert columns == {"told", "earlier"}
    for one in columns:
        assert contrast(colors[one], colors["card"]) >= 3, one


def test_every_color_that_is_used_is_defined_in_both() -> None:
    assert set(re.findall(r"var\(--(\w+)\)", STYLE)) == set(LIGHT) == set(DARK)
    light, dark = re.findall(r":root\{([^{}]*)\}", STYLE)
    for text, colors in ((light, LIGHT), (dark, DARK)):
        assert dict(re.findall(r"--(\w+):(#\w{6})", text)) == colors


def test_no_color_stands_in_a_rule() -> None:
    rules = RULE.sub(lambda found: "" if ":root" in found[1] else found[0], STYLE)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", rules) == []
