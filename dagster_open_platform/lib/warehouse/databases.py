"""The databases of a warehouse as wholes: what is known of one, and which may be made and dropped.

What belongs here: what crosses the seam, and the guard that both engines ask before they make or drop a database. What does
not: how an engine does it (`duckdb/databases.py`, `snowflake/databases.py`); when a database is dropped
(`lib/snowflake/clones.py`).

The guard knows one rule: a database that is made or dropped through the seam has the name of a pull request's clone
(`utils/environment_helpers.py`). Whoever calls the seam with anything else has made a mistake, and loses nothing by it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dagster_open_platform.lib.warehouse.errors import NotAClone
from dagster_open_platform.utils.clone_names import DatabaseClone, parse_clone_name
from dagster_open_platform.utils.databases import LOGICAL_DATABASES, WRITTEN_DATABASES


@dataclass(frozen=True)
class DatabaseInfo:
    """What the warehouse knows of a database.

    Args:
        name: As the seam takes it. A name that only quotes can tell from another one is in double quotes.
        created_at: Aware, UTC; None: the engine does not keep it.
        last_used_at: When it was last written to or read, as far as the engine knows (see `WarehouseConnection.databases`);
            aware, UTC; None: it knows of no use.
        bytes: How large it is; None: the engine does not know.
    """

    name: str
    created_at: dt.datetime | None
    last_used_at: dt.datetime | None
    bytes: int | None


@dataclass(frozen=True)
class RepointedViews:
    """What became of a clone's views that named originals.

    Args:
        repointed: Number of those that read the clones now.
        dropped: Names, as `schema.view`, of those that are no more: they name persons, or could not be made anew.
    """

    repointed: int = 0
    dropped: tuple[str, ...] = ()


class Databases(Protocol):
    """What may be asked about databases as wholes; a part of `protocol.WarehouseConnection`."""

    def databases(self) -> list[DatabaseInfo]:
        """Describe every database of the warehouse, in order of their names.

        What counts as use is what the engine keeps (see the engines' connections): on both, writing does.

        Raises:
            PermanentFailure, RetryableFailure: One of `errors.py`.
        """
        ...

    def clone_database(self, source: str, clone: str) -> bool:
        """Make a database that holds what another one holds now. Its views still read what they name (`repoint_views`).

        Running it again changes nothing, and whoever kills it in the middle finds no clone or a whole one.

        Args:
            source: One of the platform's databases.
            clone: Name of a clone of it (`utils/environment_helpers.py`).

        Returns:
            False: It is there already; it was left as it is.

        Raises:
            NotAClone: `clone` is not such a name. Nothing is changed.
            MissingObject: There is no `source`, or the role must not know it.
            PermanentFailure, RetryableFailure: Another one of `errors.py`.
        """
        ...

    def repoint_views(self, clone: str, masks: Mapping[str, str]) -> RepointedViews:
        """Have the views of a clone that read originals read the same pull request's clones.

        Running it again changes nothing. A view that cannot be made anew, since what it reads is not there, is dropped: it would go on to
        read the originals, or nothing.

        Args:
            clone: Name of a clone; the pull request's other clones are there too.
            masks: Schema to a text that each view there has that the pull request has made. Those without it are dropped: they would
                show what must be masked in a clone.

        Raises:
            NotAClone: It is not such a name. Nothing is changed.
            PermanentFailure, RetryableFailure: Another one of `errors.py`.
        """
        ...

    def mask_column(self, clone: str, schema: str, column: str, mask: str) -> int:
        """Put a text that tells nobody anything in the place of each of a column's values, in every table of a schema that has it.

        The text is the mask and the value's MD5, so that what was equal stays equal. What begins with the mask stays, so that running it
        again changes nothing.

        Args:
            clone: Name of a clone.
            schema: Of it.
            column: Of texts.
            mask: What the texts begin with.

        Returns:
            Number of values that were replaced.

        Raises:
            NotAClone: It is not such a name. Nothing is changed.
            PermanentFailure, RetryableFailure: Another one of `errors.py`.
        """
        ...

    def drop_database(self, name: str) -> bool:
        """Remove a pull request's clone, and what an attempt to make it has left.

        Args:
            name: Name of a clone (`utils/environment_helpers.py`).

        Returns:
            False: There was none.

        Raises:
            NotAClone: It is not such a name. Nothing is changed, whatever stands under it.
            PermanentFailure, RetryableFailure: Another one of `errors.py`.
        """
        ...


def checked_clone(source: str, clone: str) -> DatabaseClone:
    """Return what `clone` is, if it is the name of a clone of `source`.

    Raises:
        NotAClone: It is not, or `source` is no original.
    """
    parsed = parse_clone_name(clone)
    if parsed is None or parsed.database != source:
        raise NotAClone(
            f"{clone!r} is not the name of a clone of {source!r}, so it is not made: the originals are"
            f" {', '.join(WRITTEN_DATABASES)}, and a clone is named like {DatabaseClone(LOGICAL_DATABASES[0], '42').name}."
        )
    return parsed


def checked_drop(name: str) -> DatabaseClone:
    """Return what `name` is, if it is the name of a clone: nothing else is ever dropped.

    Raises:
        NotAClone: It is not.
    """
    parsed = parse_clone_name(name)
    if parsed is None:
        raise NotAClone(
            f"{name!r} is not the name of a pull request's clone, so it is not dropped. A clone is named like"
            f" {DatabaseClone(LOGICAL_DATABASES[0], '42').name}, in this case and without anything around it."
        )
    return parsed
