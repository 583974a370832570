"""dbt inside the test's process: a parsed project answers in a third of a second, a new process takes six."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from dagster_open_platform.lib.dbt.parsed import load_parsed
from dagster_open_platform_dbt import PROJECT_DIR


@dataclass
class InProcessDbt:
    """dbt with one target. The warehouse is where ``WAREHOUSE_DUCKDB_DIR`` says at the time of a call.

    Args:
        scratch: For what dbt writes.
        target: Of ``profiles.yml``.
        project_dir: The project.
    """

    scratch: Path
    target: str = "local"
    project_dir: Path = PROJECT_DIR
    _manifest: Manifest | None = field(default=None, init=False)

    def call(self, *arguments: str, variables: Mapping[str, str] | None = None) -> dbtRunnerResult:
        """Runs a command and lets go of the DuckDB files, whatever comes of it."""
        places: dict[str, Path] = {
            "--project-dir": self.project_dir,
            "--profiles-dir": self.project_dir,
            "--target-path": self.scratch / self.target,
            "--log-path": self.scratch,
        }
        options = ["--target", self.target, *(str(part) for option in places.items() for part in option)]
        if variables:
            options += ["--vars", json.dumps(dict(variables))]
        try:
            # Nobody reads artifacts and log: to write the manifest takes as long as to run some models, and a line of the log is made of
            # every event before it is asked who wants it.
            quiet = ["--log-level-file", "none", "--no-write-json", "--use-fast-test-edges"]
            if "--log-level" not in arguments:
                quiet += ["--log-level", "none"]
            return dbtRunner(manifest=self._manifest).invoke([*quiet, *arguments, *options])
        finally:
            DuckDBConnectionManager.close_all_connections()

    def parsed(self) -> "InProcessDbt":
        """Parses the project; later calls use the result."""
        result = self.call("parse")
        assert isinstance(result.result, Manifest), result.exception
        self._manifest = result.result
        return self

    def parsed_in(self, directory: Path) -> "InProcessDbt":
        """Takes what ``build_manifest`` has put there for this target; later calls use it."""
        content = load_parsed(self.target, self.project_dir, directory)
        assert content is not None, f"{directory} has no fresh manifest for {self.target}"
        self._manifest = Manifest.from_msgpack(content)
        return self

    @property
    def manifest(self) -> Manifest:
        """The parsed project."""
        assert self._manifest is not None
        return self._manifest

    def run(self, *arguments: str, variables: Mapping[str, str] | None = None) -> list[Any]:
        """Runs a command that must succeed, and returns the results of the nodes."""
        result = self.call(*arguments, variables=variables)
        problems = [f"{node.node.unique_id}: {node.message}" for node in failures(result)]
        assert result.success, f"{result.exception}\n" + "\n".join(problems)
        return results_of(result)


def results_of(result: dbtRunnerResult) -> list[Any]:
    """The results of the nodes; empty if dbt failed before the first of them."""
    return list(getattr(result.result, "results", None) or [])


def failures(result: dbtRunnerResult) -> list[Any]:
    """The nodes that failed, tests among them."""
    return [node for node in results_of(result) if node.status in ("error", "fail")]
