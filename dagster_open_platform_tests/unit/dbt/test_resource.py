"""How dbt is called."""

import json
import os
import re
import shlex
from pathlib import Path

import pytest
from dagster_dbt import DbtCliResource

from dagster_open_platform.lib.dbt.errors import UnknownTarget
from dagster_open_platform.lib.dbt.executable import dbt_executable
from dagster_open_platform.lib.dbt.resource import PlatformDbtResource, dbt_resource
from dagster_open_platform.lib.dbt.targets import ENGINES, engine_of
from dagster_open_platform.utils.environment_helpers import DBT_TARGETS
from dagster_open_platform.utils.regions import REGIONS
from dagster_open_platform_dbt import PROJECT_DIR


def test_dbt_is_found_beside_the_interpreter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert os.access(dbt_executable(), os.X_OK)


@pytest.mark.parametrize("target", ENGINES)
def test_every_target_has_a_resource(target: str) -> None:
    resource = dbt_resource(target)
    assert isinstance(resource, DbtCliResource)
    assert (resource.target, resource.project_dir) == (target, str(PROJECT_DIR))


def test_every_environment_has_a_known_target() -> None:
    for targets in DBT_TARGETS.values():
        assert {engine: engine_of(target) for engine, target in targets.items()} == {
            engine: engine for engine in targets
        }
        for region in REGIONS:
            for engine, target in targets.items():
                of_region = target if region.is_first else f"{target}_{region.name}"
                assert engine_of(of_region) == engine


def test_an_unknown_target_lists_the_known() -> None:
    with pytest.raises(UnknownTarget, match=re.escape(", ".join(ENGINES))):
        dbt_resource("production")


def test_dbt_is_started_once_a_call(tmp_path: Path) -> None:
    """Upstream starts it another time, only to ask for its version, and makes an adapter of its own."""
    calls = tmp_path / "calls"
    executable = tmp_path / "dbt"
    executable.write_text(f'#!/bin/sh\necho "$@" >> {shlex.quote(str(calls))}\n')
    executable.chmod(0o755)
    resource = PlatformDbtResource(
        project_dir=str(PROJECT_DIR), target="local", dbt_executable=str(executable)
    )
    invocation = resource.cli(
        ["parse", "--vars", json.dumps({"min_date": "2026-06-01"})], target_path=tmp_path
    )
    assert invocation.is_successful()
    assert calls.read_text().splitlines() == ['parse --vars {"min_date": "2026-06-01"} --target local']
    assert invocation.adapter is None
