"""The CRM's records as they are now: the company's rows, and what was written into them.

What belongs here: reading, finding and writing records. What does not: HTTP (`salesforce.py`, `hubspot.py`).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.fivetran.hubspot.tables import rows as hubspot_rows
from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.fivetran.salesforce.rows import salesforce_rows
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.saas.crm.objects import OBJECTS, SALESFORCE, CrmObject
from dagster_open_platform_local.services.saas.crm.overlay import typed
from dagster_open_platform_local.services.saas.crm.rules import RejectedError, Rejection, accepted, rejected
from dagster_open_platform_local.services.saas.crm.store import CrmStore, Values

Rows = Callable[[str, CompanySettings, date], Mapping[str, pa.Table]]


@lru_cache(maxsize=4)
def company_rows(vendor: str, settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The company's rows of a vendor's objects, by table. Kept, since every call of the CRM needs them."""
    found = (salesforce_rows if vendor == SALESFORCE else hubspot_rows)(settings, today)
    return {each.table: found[each.table] for each in OBJECTS if each.vendor == vendor}


class Crm:
    """Salesforce and HubSpot of one company.

    Args:
        directory: Of the company, where what is written is kept.
        company: Gives the company's clock, asked at each call.
        rows: The company's rows of a vendor as of a date; those of the simulated company if not given.
        now: The wall clock.
    """

    def __init__(
        self,
        directory: Path,
        company: Callable[[], CompanyClock],
        rows: Rows = company_rows,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.store = CrmStore(directory)
        self._company = company
        self._rows = rows
        self._now = now
        self._derived: dict[tuple[CrmObject, str], tuple[pa.Table, Mapping[str, Any]]] = {}

    def found_by(self, thing: CrmObject, column: str) -> Mapping[str, tuple[str, ...]]:
        """The records with each value of a column, by the value as text; those in the recycle bin do not count.

        Args:
            thing: What kind of records.
            column: Fivetran's name of a field that is never written; of others the company's own values are looked at.

        Returns:
            Ids of records, those that were made first coming first.
        """
        return self._kept(thing, column, lambda table: _index(thing, table, column))

    def record(self, thing: CrmObject, record: str) -> dict[str, Any] | None:
        """A record with every column of Fivetran's table; None: there is none, though there may have been one.

        Raises:
            RejectedError: It is in the recycle bin.
        """
        table = self._table(thing)
        index = self._place(thing, record)
        if index is None:
            return None
        schema = layouts(thing.vendor)[thing.table].schema
        (row,) = table.slice(index, 1).to_pylist()
        if row.get("is_deleted"):
            raise rejected(thing.vendor, "deleted", "entity is deleted")
        written = self.store.written_into(thing, record)
        values = {name: row.get(name) for name in schema.names}
        if written is None:
            return values
        for name, value in written.values.items():
            values[name] = typed(value, schema.field(name).type)
        for name in thing.modified:
            values[name] = max(filter(None, (values[name], written.moment)))
        return values

    def update(self, thing: CrmObject, records: Mapping[str, Values]) -> dict[str, Rejection]:
        """Write values into records; who is refused keeps what was there.

        Args:
            thing: What kind of records.
            records: Values by record id and column.

        Returns:
            Why records were refused, by id.
        """
        taken: dict[str, Values] = {}
        refused: dict[str, Rejection] = {}
        for record, values in records.items():
            try:
                taken[record] = self._accepted(thing, record, values)
            except RejectedError as error:
                refused[record] = error.rejection
        self.store.write(thing, taken, self.moment())
        return refused

    def moment(self) -> datetime:
        """The company's date at the wall clock's time of day, so that a company of the past is not written to from its future."""
        return datetime.combine(self._company().today, self._now().astimezone(UTC).time(), UTC)

    def _accepted(self, thing: CrmObject, record: str, values: Values) -> Values:
        index = self._place(thing, record)
        if index is None:
            raise rejected(thing.vendor, "missing", f"Provided external ID field does not exist: {record}")
        table = self._table(thing)
        if "is_deleted" in table.column_names and table.column("is_deleted")[index].as_py():
            raise rejected(thing.vendor, "deleted", "entity is deleted")
        unknown = [name for name in values if name not in thing.fields]
        if unknown:
            raise rejected(thing.vendor, "unknown", f"No such column {unknown[0]!r} on entity {thing.name!r}")
        return {name: accepted(thing.vendor, thing.fields[name], value) for name, value in values.items()}

    def _table(self, thing: CrmObject) -> pa.Table:
        clock = self._company()
        return self._rows(thing.vendor, clock.settings, clock.today)[thing.table]

    def _place(self, thing: CrmObject, record: str) -> int | None:
        return self._kept(thing, "", _places).get(record)

    def _kept(
        self, thing: CrmObject, name: str, make: Callable[[pa.Table], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """What is made from a table of records, until another takes its place."""
        table = self._table(thing)
        kept = self._derived.get((thing, name))
        if kept is None or kept[0] is not table:
            kept = (table, make(table))
            self._derived[thing, name] = kept
        return kept[1]


def _places(table: pa.Table) -> Mapping[str, int]:
    return {str(record): index for index, record in enumerate(table.column("id").to_pylist())}


def _index(thing: CrmObject, table: pa.Table, column: str) -> Mapping[str, tuple[str, ...]]:
    chosen = [name for name in ("id", column, thing.created, "is_deleted") if name in table.column_names]
    found: dict[str, list[tuple[Any, str]]] = {}
    for row in table.select(chosen).to_pylist():
        if row.get(column) is not None and not row.get("is_deleted"):
            found.setdefault(as_text(row[column]), []).append((row.get(thing.created), str(row["id"])))
    return {value: tuple(record for _, record in sorted(records)) for value, records in found.items()}


def as_text(value: Any) -> str:
    """A value by which records are found: a whole number without a point, whatever its type."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
