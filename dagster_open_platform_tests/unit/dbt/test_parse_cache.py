"""What dbt parsed is given to the next run on the same connection, and to no other."""

from pathlib import Path

import pytest

from dagster_open_platform.lib.dbt.manifest import PARTIAL_PARSE
from dagster_open_platform.lib.dbt.parse_cache import DIRECTORY_VARIABLE, parsing_kept


def run(target_path: Path, parsed: str, *, has_variables: bool = False) -> str | None:
    """A run of dbt, in what matters here; what it found."""
    target_path.mkdir()
    file = target_path / PARTIAL_PARSE
    with parsing_kept(target_path, has_variables=has_variables):
        found = file.read_text() if file.exists() else None
        if parsed:
            file.write_text(parsed)
    return found


def run_interrupted(target_path: Path) -> None:
    target_path.mkdir()
    with parsing_kept(target_path, has_variables=False):
        (target_path / PARTIAL_PARSE).write_text("half")
        raise InterruptedError


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_each_run_finds_what_the_last_has_parsed(kept: Path, tmp_path: Path) -> None:
    assert run(tmp_path / "a", "first") is None
    assert run(tmp_path / "b", "second") == "first"
    assert run(tmp_path / "c", "third") == "second"
    assert [path.name for path in kept.iterdir()] == [PARTIAL_PARSE]


def test_a_run_with_variables_takes_and_leaves_nothing(kept: Path, tmp_path: Path) -> None:
    run(tmp_path / "a", "without")
    assert run(tmp_path / "b", "with", has_variables=True) is None
    assert run(tmp_path / "c", "") == "without"
    assert kept.is_dir()


def test_a_run_that_ended_early_leaves_what_there_was(kept: Path, tmp_path: Path) -> None:
    run(tmp_path / "a", "first")
    with pytest.raises(InterruptedError):
        run_interrupted(tmp_path / "b")
    assert (kept / PARTIAL_PARSE).read_text() == "first"


def test_nothing_is_kept_where_no_directory_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DIRECTORY_VARIABLE, raising=False)
    assert run(tmp_path / "a", "first") is None
    assert run(tmp_path / "b", "second") is None
