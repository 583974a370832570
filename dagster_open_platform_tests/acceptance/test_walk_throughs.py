"""The pages that write files, done: their commands are run, and at the end the graph is there."""

from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess

from dagster_open_platform_tests.fixtures.documentation import blocks, documented, run_in
from dagster_open_platform_tests.fixtures.walked import project, steps

__all__ = ["project"]


def test_the_pages_write_every_kind_of_file() -> None:
    """Else pages without blocks would pass."""
    written = {block.place.name for block in steps() if block.place}
    assert {
        "client.py",
        "component.py",
        "assets.py",
        "defs.yaml",
        "vendor.py",
        "test_statuspage.py",
    } <= written


def test_what_is_written_is_in_the_houses_style_and_typed(project: Path) -> None:
    written = sorted({str(block.place) for block in steps() if block.place and block.place.suffix == ".py"})
    for command in (("ruff", "check"), ("ruff", "format", "--check"), ("pyright",)):
        done = run_in((*command, *written), root=project)
        assert done.returncode == 0, done.stdout


def test_the_walk_throughs_arrive(project: Path) -> None:
    ran: Mapping[str, CompletedProcess[str]] = {
        "system": documented(
            "uv run pytest -q dagster_open_platform_tests/unit/statuspage dagster_open_platform_tests/unit/doctor/test_systems.py",
            root=project,
        ),
        "component": documented(
            'uv run pytest -q dagster_open_platform_tests/unit/minimum_rows dagster_open_platform_tests/unit/scaffolding/test_scaffolding.py -k "Minimum or rows"',
            root=project,
        ),
        # Clauses that need no killed runs, which take their time, and have tests of their own.
        "conforms": documented(
            "uv run pytest -q --conforms dagster_open_platform.lib.MinimumRowsComponent",
            *("-k", "loads_offline or refuses_bad_yaml"),
            root=project,
        ),
        "loads": documented("uv run dg check defs", root=project),
        "graph": documented(
            'uv run dg list defs --assets "group:statuspage"', variables={"COLUMNS": "118"}, root=project
        ),
    }
    assert {what: done.stdout + done.stderr for what, done in ran.items() if done.returncode != 0} == {}
    assert [what for what in ("system", "component") if " passed" not in ran[what].stdout] == []
    assert "2 passed" in ran["conforms"].stdout
    [shown] = [block for block in blocks(Path("docs/adding-a-system.md")) if block.language == "text"]
    assert shown.text in ran["graph"].stdout


def test_the_copy_is_what_was_run(project: Path) -> None:
    """Else the repository itself would have been tested."""
    code = "import dagster_open_platform.lib.statuspage as found; print(found.__file__)"
    assert Path(run_in(("python", "-c", code), root=project).stdout.strip()).is_relative_to(project)
