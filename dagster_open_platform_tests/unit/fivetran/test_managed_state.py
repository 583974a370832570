"""A component whose state Dagster manages, instead of a file beside it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from dagster.components.testing import create_defs_folder_sandbox

from dagster_open_platform.lib.fivetran.component import FivetranComponent
from dagster_open_platform.lib.fivetran.resource import FivetranResource
from dagster_open_platform.lib.fivetran.state import AccountState, read_state
from dagster_open_platform.lib.yaml_errors import InvalidYaml, located_yaml_errors
from dagster_open_platform_tests.fixtures.fivetran_fake import TABLES, YAML, state
from dagster_open_platform_tests.fixtures.repository import ROOT


class InMemory(FivetranComponent):
    """Fetches the account that tests have."""

    def fetch(self, fivetran: FivetranResource) -> AccountState:
        return state()


HERE = YAML.replace("dagster_open_platform.lib.FivetranComponent", f"{__name__}.{InMemory.__name__}")
MANAGED = f"{HERE}  defs_state: {{management_type: VERSIONED_STATE_STORAGE}}\n"


@contextmanager
def tree_of(yaml: str) -> Iterator[dg.ComponentTree]:
    with create_defs_folder_sandbox() as sandbox:
        path = sandbox.defs_folder_path / "fivetran" / "defs.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(yaml)
        with sandbox.build_component_tree() as tree:
            yield tree


def tables_of(tree: dg.ComponentTree) -> set[str]:
    with located_yaml_errors(tree.defs_module_path):
        defs = tree.build_defs(tree.defs_module_path)
    return {
        key.to_user_string()
        for asset in defs.assets or ()
        if isinstance(asset, dg.AssetsDefinition)
        for key in asset.keys
    }


def refresh(tree: dg.ComponentTree, project: Path) -> None:
    [component] = tree.get_all_components(of_type=InMemory)
    asyncio.run(component.refresh_state(project))


def print_what_is_loaded() -> None:
    """The tables that are there after Dagster was told to keep the state."""
    with dg.instance_for_test(), tree_of(MANAGED) as tree:
        refresh(tree, Path.cwd())
        sys.stdout.write("\n".join(sorted(tables_of(tree))))


def test_it_loads_what_dagster_keeps(tmp_path: Path) -> None:
    """In a process of its own: Dagster keeps for a whole process which states the first job of it was run with."""
    code = f"from {__name__} import print_what_is_loaded; print_what_is_loaded()"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == sorted(TABLES)


def test_a_state_that_dagster_does_not_have_names_dagsters_command() -> None:
    with (
        dg.instance_for_test(),
        tree_of(MANAGED) as tree,
        pytest.raises(InvalidYaml, match=r"attributes.defs_state: .*`dg utils refresh-defs-state`"),
    ):
        tables_of(tree)


def test_dagsters_command_writes_the_committed_file_otherwise(tmp_path: Path) -> None:
    with dg.instance_for_test(), tree_of(HERE) as tree:
        refresh(tree, tmp_path)
        [component] = tree.get_all_components(of_type=InMemory)
        assert read_state(component.state_path) == state()
        assert list(tmp_path.iterdir()) == []
        assert tables_of(tree) == set(TABLES)
