"""One instance with all that its clauses need.

What belongs here: that. What does not: the clauses.
"""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import dagster as dg

from dagster_open_platform.conformance.offline import Graphs, Loadings, Place
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
        loadings: Loads it offline together with others, of which it is one; None: alone.
    """

    subject: Subject
    directory: Path
    open_world: OpenWorld = duckdb_world
    loadings: Loadings | None = None

    @classmethod
    def of(cls, subject: Subject, directory: Path, open_world: OpenWorld = duckdb_world) -> "Trial":
        """The trial of an instance, in a copy of its folder (`Subject.alone`)."""
        return cls(subject.alone(directory), directory, open_world)

    @cached_property
    def definitions(self) -> dg.Definitions:
        """What it makes."""
        return self.subject.load()

    @property
    def offline(self) -> Place:
        """What is loaded of it offline."""
        folder = self.subject.folder
        return Place(folder, folder.path / self.subject.file.parent)

    @cached_property
    def graphs(self) -> Graphs:
        """What it is in each environment, loaded in another process.

        Raises:
            NotConformingError: It does not load.
        """
        return (self.loadings or Loadings([self.offline])).of(self.offline)

    @cached_property
    def ops(self) -> list[Op]:
        """What of it can be executed."""
        return ops_of(self.definitions)

    def place(self) -> Path:
        """A new directory for a world."""
        return Path(tempfile.mkdtemp(dir=self.directory))


def together(trials: Iterable[Trial]) -> None:
    """Have several loaded offline in one process."""
    found = list(trials)
    loadings = Loadings([trial.offline for trial in found])
    for trial in found:
        trial.loadings = loadings
