"""Steps in processes of their own find the code location loaded, if it is loaded for their environment."""

import subprocess
import sys
import warnings
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.lib.preloading import Preloadable, forking_executor

PRELOADED = {"forkserver": {"preload_modules": ["acme.preloaded"]}}
IDENTICAL = """
import dagster_open_platform.preloaded
from dagster_open_platform.definitions import defs
assert defs() is defs()
"""


@dg.asset
def something() -> None: ...


def config_of(given: dict[str, Any]) -> dict[str, Any]:
    """What becomes of a run's config of the executor."""
    defs = dg.Definitions(assets=[something], executor=forking_executor("acme"))
    validated = dg.validate_run_config(
        defs.resolve_implicit_global_asset_job_def(), {"execution": {"config": given}} if given else {}
    )
    (config,) = validated["execution"].values()
    return config


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"start_method": PRELOADED}),
        ({"multiprocess": {"max_concurrent": 2}}, {"start_method": PRELOADED, "max_concurrent": 2}),
        ({"multiprocess": {"start_method": {"spawn": {}}}}, {"start_method": {"spawn": {}}}),
    ],
)
def test_steps_are_forked_unless_a_run_says_otherwise(
    given: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert config_of(given)["multiprocess"].items() >= expected.items()


def test_a_run_may_be_in_one_process() -> None:
    assert set(config_of({"in_process": {}})) == {"in_process"}


def test_definitions_are_kept_for_one_environment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    location = Preloadable(dg.Definitions)
    kept = location.load()
    assert location.load() is kept
    monkeypatch.setenv("DAGSTER_CLOUD_DEPLOYMENT_NAME", "prod")
    assert location.load() is not kept
    monkeypatch.delenv("DAGSTER_CLOUD_DEPLOYMENT_NAME")
    assert location.load() is kept


def test_the_module_that_steps_are_forked_from_keeps_the_code_location() -> None:
    subprocess.run([sys.executable, "-c", IDENTICAL], timeout=120, check=True)


def test_a_code_server_says_nothing_of_what_dagster_calls_beta() -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        Preloadable(dg.Definitions).load()
        # As Dagster does with parameters of its own, when it serves the definitions.
        warnings.warn("beta", dg.BetaWarning, stacklevel=1)
        warnings.warn("ours", UserWarning, stacklevel=1)
    assert [str(each.message) for each in said] == ["ours"]
