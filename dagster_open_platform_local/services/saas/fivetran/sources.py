"""What is behind a connection: the company's connector with the layouts of its tables.

What belongs here: bringing the two together, and the day's rows. What does not: what Fivetran knows about a connection (`state.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.fivetran.connectors import Connector
from dagster_open_platform_local.company.fivetran.layouts import Layout, layouts
from dagster_open_platform_local.services.saas.fivetran.errors import SyncError

Tables = Mapping[str, pa.Table]


def _as_they_are(rows: Tables) -> Tables:
    """What nobody writes into."""
    return rows


@dataclass(frozen=True)
class Source:
    """A connector and where its layouts come from.

    Args:
        connector: Whose it is.
        read_layouts: Gives the tables of a schema by name; called once, when they are needed.
        overlaid: Gives the company's rows with what others have written into the tool, at each sync.
    """

    connector: Connector
    read_layouts: Callable[[str], Mapping[str, Layout]] = layouts
    overlaid: Callable[[Tables], Tables] = _as_they_are

    @cached_property
    def layouts(self) -> Mapping[str, Layout]:
        """The tables that the connector knows, enabled or not, by name."""
        connector = self.connector
        found = self.read_layouts(connector.schema)
        return {connector.sheet: found[connector.sheet]} if connector.sheet else found

    def rows(self, clock: CompanyClock) -> Tables:
        """The rows as of a company's today, by table; there may be some of tables of another sheet.

        Raises:
            SyncError: There are rows for a table, or values for a column, that the layouts do not have.
        """
        found = self.overlaid(self.connector.rows(clock.settings, clock.today))
        for name, table in found.items():
            if name not in self.layouts:
                if self.connector.sheet:
                    # The sheets of a company share one function, and each has a connector.
                    continue
                raise SyncError(f"The source sent rows of a table that it does not have: {name}")
            unknown = sorted({*table.column_names} - {*self.layouts[name].schema.names})
            if unknown:
                raise SyncError(
                    f"The source sent columns of {name} that it does not have: {', '.join(unknown)}"
                )
        return found


def sources_of(
    connectors: Sequence[Connector], overlays: Mapping[str, Callable[[Tables], Tables]] | None = None
) -> dict[str, Source]:
    """The sources of the company's connectors, by connector id.

    Args:
        connectors: The connectors.
        overlays: By schema, what puts over the company's rows that others have written into the tool.
    """
    found = overlays or {}
    return {each.id: Source(each, overlaid=found.get(each.schema, _as_they_are)) for each in connectors}
