"""The benchmark of loading: what it compares differs in Fivetran's tables and in nothing else."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from dagster_open_platform.lib.fivetran.state import read_state
from dagster_open_platform_local.bench import load
from dagster_open_platform_local.bench.fivetran import ratio


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    return load.copies(tmp_path_factory.mktemp("copies"))


def files(folder: Path) -> dict[str, bytes]:
    """What there is but byte code, which appears when a copy is loaded."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_copies_differ_in_fivetran_alone(copies: Mapping[str, Path]) -> None:
    found = {name: files(folder) for name, folder in copies.items()}
    whole, without = found["whole"], found["without"]
    own = "dagster_open_platform/defs/fivetran/"
    schedules = f"dagster_open_platform/{load.SCHEDULES}"
    others = {name: content for name, content in whole.items() if not name.startswith(own)}
    assert without.keys() == others.keys()
    assert [name for name in without if without[name] != others[name]] == [schedules]
    selected = [
        [document["attributes"]["target"] for document in yaml.safe_load_all(content[schedules])]
        for content in (without, whole)
    ]
    assert selected[0] == [target for target in selected[1] if "fivetran" not in target]
    for grown in (found["half"], found["grown"]):
        assert {name for name in whole if grown[name] != whole[name]} == {f"{own}components/state.json"}
        assert all(
            name.startswith(f"{own}components/descriptions/copy_") for name in grown.keys() - whole.keys()
        )


@pytest.mark.parametrize(("copy", "times"), [("half", load.TIMES // 2), ("grown", load.TIMES)])
def test_what_is_grown_is_a_state_with_all_of_it_many_times(
    copies: Mapping[str, Path], copy: str, times: int
) -> None:
    components = "dagster_open_platform/defs/fivetran/components"
    one, many = (read_state(copies[name] / components / "state.json").connectors for name in ("whole", copy))
    assert len(many) == times * len(one)
    tables = [str((schema.name, table.name)) for each in many.values() for *_, schema, table in each.tables()]
    assert len(tables) == times * sum(len(list(each.tables())) for each in one.values())
    assert len(set(tables)) == len(tables)
    described = {path.stem for path in (copies[copy] / components / "descriptions").iterdir()}
    assert {schema.name for each in many.values() for schema in each.schemas.values()} <= described


@pytest.mark.parametrize(
    ("seconds", "kept"),
    [
        ({"floor": 2.0, "without": 3.0, "whole": 3.2, "half": 4.0, "grown": 5.1}, [True, True, True]),
        ({"floor": 2.0, "without": 3.1, "whole": 3.3, "half": 4.0, "grown": 4.9}, [False, True, True]),
        ({"floor": 2.0, "without": 3.0, "whole": 3.32, "half": 4.0, "grown": 5.0}, [True, False, True]),
        ({"floor": 2.0, "without": 3.0, "whole": 3.2, "half": 4.0, "grown": 5.3}, [True, True, False]),
    ],
)
def test_each_ratio_has_a_limit_of_its_own(seconds: dict[str, float], kept: list[bool]) -> None:
    assert [each.kept for each in load.ratios(seconds)] == kept


@pytest.mark.parametrize(
    ("seconds", "kept"),
    [
        ({"floor": 2.0, "whole": 3.0, "many": 3.39, "more": 4.0, "most": 4.7}, [True, True, True]),
        ({"floor": 1.7, "whole": 3.0, "many": 3.39, "more": 4.0, "most": 4.7}, [False, False, True]),
        ({"floor": 2.0, "whole": 3.0, "many": 3.45, "more": 4.0, "most": 4.6}, [True, False, True]),
        ({"floor": 2.0, "whole": 3.0, "many": 3.3, "more": 4.0, "most": 4.9}, [True, True, False]),
    ],
)
def test_models_have_limits_of_their_own(seconds: dict[str, float], kept: list[bool]) -> None:
    assert [each.kept for each in load.dbt_ratios(seconds)] == kept


def test_a_copy_without_fivetran_loads(copies: Mapping[str, Path]) -> None:
    assert load.cpu_seconds(load.LOAD, copies["without"]) > 0


def test_code_that_fails_is_no_measure() -> None:
    with pytest.raises(RuntimeError, match="failed with status"):
        load.cpu_seconds("raise SystemExit(3)")


def test_packages_are_looked_for_where_the_measure_says(copies: Mapping[str, Path]) -> None:
    """Else all sides would load the same package, and every ratio would be kept."""
    for name, folder in copies.items():
        code = (
            "import pathlib, dagster_open_platform as found;"
            f" assert pathlib.Path(found.__file__).parents[1] == pathlib.Path({str(folder)!r})"
        )
        assert load.cpu_seconds(code, folder) > 0, name


def test_the_sync_of_a_connector_is_compared_by_medians() -> None:
    found = ratio({"platform": [1.2, 9.0, 1.1], "bare": [1.0, 1.0, 0.1]})
    assert found.value == pytest.approx(1.2)
    assert found.kept
