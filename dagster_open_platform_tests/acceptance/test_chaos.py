"""The short form, as it is typed: every kind of fault takes effect, and nothing is lost, stuck or told without a type."""

import re
from pathlib import Path

import pytest

from dagster_open_platform_local.chaos.schedule import Kind
from dagster_open_platform_tests.fixtures.documentation import documented

pytestmark = pytest.mark.timeout(900)


def test_nothing_is_lost(tmp_path: Path) -> None:
    done = documented(
        "uv run just chaos --short",
        *("--directory", str(tmp_path), "--minutes", "13"),
        variables={"COLUMNS": "300"},
        timeout=840,
    )
    log = tmp_path / "worker.log"
    assert done.returncode == 0, done.stdout + done.stderr + (log.read_text()[-5000:] if log.exists() else "")
    figures = dict(re.findall(r"^ *([A-Za-z ,]+?)  +(.+)$", done.stdout, re.MULTILINE))
    assert {kind.value for kind in Kind} <= figures.keys(), done.stdout
    assert (figures["Rows lost"], figures["Rows too many"], figures["Stuck runs and slots"]) == (
        "0",
        "0",
        "0",
    )
    assert int(figures["Rows compared"].replace(",", "")) > 1_000
    assert int(figures["Recoveries"]) >= 1


def test_wrong_input_is_refused() -> None:
    done = documented("uv run just chaos", "--part", "all")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'all' is none of whole, part, few" in done.stderr
