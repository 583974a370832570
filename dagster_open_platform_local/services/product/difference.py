"""What has to be written to get from one state of a table to another.

What belongs here: the comparison, of Arrow tables alone. What does not: a database.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa


@dataclass(frozen=True)
class Difference:
    """The rows to write.

    Args:
        inserted: Whole rows that are new.
        updated: Whole rows whose key was there already, with their new values.
        deleted: The keys of rows that are gone.
    """

    inserted: pa.Table
    updated: pa.Table
    deleted: pa.Table

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.inserted.num_rows or self.updated.num_rows or self.deleted.num_rows)


def difference(before: pa.Table, after: pa.Table, key: Sequence[str]) -> Difference:
    """Compare two states of a table.

    Args:
        before: The rows that are there. A column that it lacks is taken for null.
        after: The rows that shall be there.
        key: Names of the columns that tell rows apart; unique in each state and never null.

    Returns:
        The rows to write, in the shape of `after`, each part ordered by the key. Null equals null.
    """
    for field in after.schema:
        if field.name not in before.column_names:
            before = before.append_column(field, pa.nulls(before.num_rows, field.type))
    names = ", ".join(f'"{name}"' for name in key)
    # A day's tables are small: more threads cost more than they save.
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("before", before.select(after.column_names))
        connection.register("after", after)
        connection.execute("CREATE TEMP TABLE changed AS SELECT * FROM after EXCEPT SELECT * FROM before")

        def rows(query: str, schema: pa.Schema) -> pa.Table:
            # The key's names are identifiers of declared tables.
            ordered = f"{query} USING ({names}) ORDER BY {names}"
            return connection.execute(ordered).to_arrow_table().cast(schema)

        return Difference(
            inserted=rows("SELECT * FROM changed ANTI JOIN before", after.schema),
            updated=rows("SELECT * FROM changed SEMI JOIN before", after.schema),
            deleted=rows(
                f"SELECT {names} FROM before ANTI JOIN after",  # noqa: S608 - see above
                pa.schema([after.schema.field(name) for name in key]),
            ),
        )
