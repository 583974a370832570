"""What stands around an instance while it is tried: systems that answer, and a warehouse that can be read.

What belongs here: what a clause asks of a world, and the world that is there if nobody gives another. What does not: worlds of particular
systems; who tries a component that talks to one gives it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dagster_open_platform.lib.warehouse import duckdb_warehouse
from dagster_open_platform.utils.databases import LOGICAL_DATABASES

Written = Mapping[str, Sequence[str]]
"""What was written, by place (such as a table): rows as texts, without what the clock tells."""


class World(Protocol):
    """A world, all of whose state is in one directory, so that another process finds it there."""

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment variables that a run needs."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """Values, eight characters or more, that must show nowhere."""
        ...

    @property
    def resources(self) -> Mapping[str, Any]:
        """What stands behind resource keys."""
        ...

    @property
    def partitions(self) -> tuple[str, str] | None:
        """Two partitions for which there is something; None: the first two."""
        ...

    @property
    def faults(self) -> Sequence[str]:
        """Names of what can go wrong here."""
        ...

    def disturb(self, fault: str) -> AbstractContextManager[None]:
        """Has something go wrong within the block."""
        ...

    def written(self) -> Written:
        """All that was ever written here."""
        ...


OpenWorld = Callable[[Path], AbstractContextManager[World]]
"""Opens a world in a directory: an empty one the first time, and later the one that is there. A function of a module, since other
processes call it, too."""


@dataclass
class DuckDBWorld:
    """DuckDB files, and nothing else.

    Args:
        directory: Of the files.
        volatile: Columns that the clock fills.
    """

    directory: Path
    volatile: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Sequence[str] = ()
    resources: Mapping[str, Any] = field(default_factory=dict)
    partitions: tuple[str, str] | None = None
    faults: Sequence[str] = ()

    def disturb(self, fault: str) -> AbstractContextManager[None]:
        """Nothing goes wrong here."""
        raise KeyError(fault)

    def written(self) -> Written:
        """The rows of all tables and views."""
        return rows_of(self.directory, self.volatile)


@contextmanager
def duckdb_world(directory: Path) -> Iterator[World]:
    """A warehouse of DuckDB files under the key ``warehouse``, without any rows."""
    warehouse = directory / "warehouse"
    warehouse.mkdir(parents=True, exist_ok=True)
    databases = {name: name for name in LOGICAL_DATABASES}
    yield DuckDBWorld(warehouse, resources={"warehouse": duckdb_warehouse(warehouse, databases)})


def rows_of(directory: Path, volatile: Sequence[str] = ()) -> Written:
    """Every row of every table and view of DuckDB files, without the platform's bookkeeping.

    Args:
        directory: Of the files.
        volatile: Names of columns that are left out.
    """
    import duckdb

    found: dict[str, list[str]] = {}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for file in sorted(directory.glob("*.duckdb")):
            connection.execute(f"""ATTACH '{str(file).replace("'", "''")}' AS "{file.stem}" (READ_ONLY)""")
        tables = connection.execute(
            "SELECT table_catalog, table_schema, table_name FROM information_schema.tables WHERE table_schema NOT LIKE '\\_%' ESCAPE '\\'"
        ).fetchall()
        for catalog, schema, name in sorted(tables):
            table = f'"{catalog}"."{schema}"."{name}"'
            columns = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
            kept = ", ".join(f'"{column}"' for column in columns if column not in volatile)
            rows = connection.execute(f"SELECT {kept} FROM {table}").fetchall()  # noqa: S608 - quoted
            found[f"{catalog}.{schema}.{name}"] = sorted(map(repr, rows))
    return found
