"""Which company a database holds, and as of which date: the table `application.clock`, one row.

What belongs here: reading and writing it. What does not: deciding what follows from it (`writer.py`).

The row is written in the transaction that writes the rows of its date, so what it says is always so.
"""

from dataclasses import dataclass
from datetime import date

from dagster_open_platform_local.company.settings import FORMAT, CompanySettings
from dagster_open_platform_local.services.product.copying import Connection
from dagster_open_platform_local.services.product.errors import ForeignStateError

_CREATE = """
CREATE SCHEMA application;
CREATE TABLE application.clock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    today date NOT NULL,
    seed bigint NOT NULL,
    scale double precision NOT NULL,
    epoch date NOT NULL,
    format integer NOT NULL
)
"""
_ADVICE = "`just reset` throws company and databases away together"


@dataclass(frozen=True)
class Entry:
    """The row.

    Args:
        today: The date of which the database has the rows (UTC).
        seed: Of the company's settings; so are `scale` and `epoch`.
        scale: The company's size.
        epoch: The company's first day.
        format: Version of the generators.
    """

    today: date
    seed: int
    scale: float
    epoch: date
    format: int

    @classmethod
    def of(cls, settings: CompanySettings, today: date) -> "Entry":
        """The row that a database of a company has on a date."""
        return cls(today, settings.seed, settings.scale, settings.epoch, FORMAT)


def create_ledger(connection: Connection) -> None:
    """Make the table, empty."""
    for statement in _CREATE.split(";"):
        connection.execute(statement.encode())


def read_ledger(connection: Connection) -> Entry | None:
    """The row; None for a database in which nothing was written yet."""
    found = connection.execute("SELECT to_regclass('application.clock') IS NOT NULL").fetchone()
    if found != (True,):
        return None
    row = connection.execute("SELECT today, seed, scale, epoch, format FROM application.clock").fetchone()
    return Entry(*row) if row else None  # pyright: ignore[reportArgumentType]  # typed by the table above


def write_ledger(connection: Connection, entry: Entry) -> None:
    """Replace the row."""
    connection.execute("DELETE FROM application.clock")
    connection.execute(
        "INSERT INTO application.clock (today, seed, scale, epoch, format) VALUES (%s, %s, %s, %s, %s)",
        [entry.today, entry.seed, entry.scale, entry.epoch, entry.format],
    )


def check_ledger(database: str, found: Entry, wanted: Entry) -> None:
    """Refuse to write into a database of another company, or of a later date.

    Raises:
        ForeignStateError: It is one; the message names each difference.
    """
    differences = [
        f"{name} is {getattr(found, name)} there and {getattr(wanted, name)} in the company"
        for name in ("seed", "scale", "epoch", "format")
        if getattr(found, name) != getattr(wanted, name)
    ]
    if differences:
        raise ForeignStateError(
            f"The database {database} was made from other settings ({'; '.join(differences)}): {_ADVICE}"
        )
    if found.today > wanted.today:
        raise ForeignStateError(
            f"It is {found.today} in the database {database} and {wanted.today} in the company, and time does not go "
            f"back: {_ADVICE}"
        )


def not_as_written(database: str, table: str, today: date) -> ForeignStateError:
    """The error for rows that somebody else changed."""
    return ForeignStateError(
        f"public.{table} of the database {database} does not hold the rows of {today}, somebody else wrote into it: "
        f"{_ADVICE}"
    )
