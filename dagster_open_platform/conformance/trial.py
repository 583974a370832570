"""One instance with all that its clauses need.

What belongs here: that. What does not: the clauses.
"""

import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import dagster as dg

from dagster_open_platform.conformance.runs import Op, ops_of
from dagster_open_platform.conformance.subject import Subject
from dagster_open_platform.conformance.world import OpenWorld, duckdb_world


@dataclass
class Trial:
    """An instance that is tried.

    Args:
        subject: It, alone in a folder (`Subject.alone`).
        directory: For what the clauses write.
        open_world: Opens the world around it.
    """

    subject: Subject
    directory: Path
    open_world: OpenWorld = duckdb_world

    @cached_property
    def definitions(self) -> dg.Definitions:
        """What it makes."""
        return self.subject.load()

    @cached_property
    def ops(self) -> list[Op]:
        """What of it can be executed."""
        return ops_of(self.definitions)

    def place(self) -> Path:
        """A new directory for a world."""
        return Path(tempfile.mkdtemp(dir=self.directory))
