"""The command of clones, right and wrong, on a warehouse of files."""

from pathlib import Path

import pytest

from dagster_open_platform.lib.warehouse.duckdb.resource import DuckDBWarehouse, duckdb_warehouse
from dagster_open_platform.operations.clones.command import FAILED, main
from dagster_open_platform.utils.databases import LOGICAL_DATABASES


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    made = duckdb_warehouse(tmp_path, {name: name for name in LOGICAL_DATABASES})
    with made.connect() as connection:
        for name in LOGICAL_DATABASES:
            connection.execute(f"CREATE SCHEMA {name}.s")
    return made


def files(warehouse: DuckDBWarehouse) -> set[str]:
    return {path.stem for path in Path(warehouse.directory).glob("*.duckdb")} - {*LOGICAL_DATABASES}


def said(capsys: pytest.CaptureFixture[str]) -> str:
    found = capsys.readouterr()
    return found.out + found.err


def test_clones_are_made_listed_and_dropped(
    warehouse: DuckDBWarehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list"], warehouse) == 0
    assert "There are no clones" in said(capsys)
    assert main(["make", "42"], warehouse) == 0
    assert said(capsys).count("created") == len(LOGICAL_DATABASES)
    assert main(["make", "42"], warehouse) == 0
    assert said(capsys).count("was there") == len(LOGICAL_DATABASES)
    assert files(warehouse) == {f"{name}_clone_42" for name in LOGICAL_DATABASES}
    assert main(["list"], warehouse) == 0
    assert said(capsys).count("clone_42") == len(LOGICAL_DATABASES)
    assert main(["drop", "42", "--yes"], warehouse) == 0
    assert said(capsys).count("dropped") == len(LOGICAL_DATABASES)
    assert files(warehouse) == set()


@pytest.mark.parametrize("answer", ["", "n", "no", "yess", None])
def test_nothing_is_dropped_without_a_yes(
    warehouse: DuckDBWarehouse, answer: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(_question: str) -> str:
        if answer is None:
            raise EOFError
        return answer

    main(["make", "42"], warehouse)
    assert main(["drop", "42"], warehouse, ask) == FAILED
    assert "Nothing was dropped" in said(capsys)
    assert len(files(warehouse)) == len(LOGICAL_DATABASES)
    assert main(["drop", "42"], warehouse, lambda _question: "Y") == 0
    assert files(warehouse) == set()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["drop", "42"], "Pass --yes"),
        (["make"], "Whose clones?"),
        (["make", "x"], "a pull request is a number"),
        (["drop", "../purina", "--yes"], "a pull request is a number"),
    ],
)
def test_what_is_wrong_is_told(
    warehouse: DuckDBWarehouse, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words, warehouse) == FAILED
    assert told in said(capsys)
    assert files(warehouse) == set()
