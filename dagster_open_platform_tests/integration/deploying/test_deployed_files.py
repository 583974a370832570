"""The files that go into the PEX and the image are enough: they load alone, and are the graph of this checkout.

The PEX itself takes minutes; `just pex` builds it and compares the code servers.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import dagster_open_platform_dbt
from dagster_open_platform.utils.environment_helpers import parse_environment
from dagster_open_platform_local.deploying.source import copy_deployed
from dagster_open_platform_local.deploying.verify import DEPLOYMENTS
from dagster_open_platform_tests.fixtures.definitions import definitions_in
from dagster_open_platform_tests.integration.deploying import deployed_child

TARGET = Path(dagster_open_platform_dbt.PROJECT_DIR, "target")


def test_what_is_deployed_loads_alone_and_is_the_same_graph(tmp_path: Path) -> None:
    copy_deployed(tmp_path)
    # Production's differs in names that the graph does not show; making it takes half a minute.
    shutil.copytree(
        TARGET,
        tmp_path / "dagster_open_platform_dbt" / "target",
        ignore=shutil.ignore_patterns("run", "compiled"),
    )
    variables = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", deployed_child.__file__],
        cwd=tmp_path,
        env={**variables, "PYTHONPATH": str(tmp_path), **DEPLOYMENTS["prod"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert Path(found.pop("file")).is_relative_to(tmp_path)
    here = deployed_child.told(definitions_in(parse_environment(DEPLOYMENTS["prod"])))
    assert found == json.loads(json.dumps(here))
    assert len(found["assets"]) > 1000
