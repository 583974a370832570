"""The drawing of `docs/architecture.md` is what the code is: its rooms exist, and its arrows are the imports between them."""

import re
from pathlib import Path

from dagster_open_platform_tests.fixtures.documentation import blocks
from dagster_open_platform_tests.fixtures.repository import ROOT, imports
from dagster_open_platform_tests.unit.conventions import test_architecture

PAGE = Path("docs/architecture.md")
NODE = re.compile(r'^ *(\w+)\["([\w./]+)<br>.+"\]$', re.MULTILINE)
ARROW = re.compile(r"^ *(\w+) --> (\w+)$", re.MULTILINE)
NOT_DRAWN = "dagster_open_platform_tests"


def drawing() -> str:
    [found] = [block.text for block in blocks(PAGE) if block.language == "mermaid"]
    return found


def rooms() -> dict[str, str]:
    """Name in the drawing to path."""
    return dict(NODE.findall(drawing()))


def room_of(module: str) -> str | None:
    """The innermost room of a dotted name."""
    dotted = {path.removesuffix(".py").replace("/", "."): path for path in rooms().values()}
    inside = [name for name in dotted if module == name or module.startswith(f"{name}.")]
    return dotted[max(inside, key=len)] if inside else None


def test_every_room_of_the_drawing_exists() -> None:
    assert rooms()
    assert [path for path in rooms().values() if not (ROOT / path).exists()] == []


def test_every_package_and_room_is_drawn() -> None:
    packages = {path.name for path in ROOT.glob("dagster_open_platform*") if (path / "__init__.py").exists()}
    assert {path.split("/")[0] for path in rooms().values()} == packages - {NOT_DRAWN}
    # A new room of production code belongs into the drawing.
    inside = {
        f"dagster_open_platform/{path.name}"
        for path in (ROOT / "dagster_open_platform").iterdir()
        if (path.suffix == ".py" and path.name != "__init__.py") or (path / "__init__.py").exists()
    }
    assert {path for path in rooms().values() if path.count("/") == 1} == inside


def test_its_arrows_are_the_imports() -> None:
    names = rooms()
    drawn = {(names[start], names[end]) for start, end in ARROW.findall(drawing())}
    found = set()
    for each in imports():
        start = room_of(str(each.path).removesuffix(".py").replace("/", "."))
        end = room_of(each.module)
        if start and end and start != end:
            found.add((start, end))
    assert sorted(found - drawn) == [], "arrows that are missing from the drawing, if they are meant to be"
    assert sorted(drawn - found) == [], "arrows of which the code has no import any more"


def test_each_forbidden_arrow_is_held_by_a_test() -> None:
    section = (ROOT / PAGE).read_text().split("## Arrows that must never exist")[1].split("\n## ")[0]
    named = re.findall(r"`(test_\w+)`", section)
    assert len(named) >= 6
    assert [name for name in named if not hasattr(test_architecture, name)] == []
