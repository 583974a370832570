"""The contracts of the modes over plain dictionaries, written from their description alone.

What belongs here: what a warehouse must hold after a run. What does not: assertions, and anything of the platform's.
"""

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
LOADED_AT = "_sling_loaded_at"


@dataclass
class Target:
    """A table of the warehouse.

    Args:
        mode: As in the replication file.
        key: Columns that identify a row.
        update_key: Column that grows when a row is written.
        lookback: How far behind the newest update key is read again.
        kinds: Columns and their types at the source when they came; None: there is no table yet.
        rows: All rows.
    """

    mode: str
    key: tuple[str, ...] = ()
    update_key: str = ""
    lookback: Any = None
    kinds: dict[str, str] | None = None
    rows: list[Row] = field(default_factory=list)

    def mark(self, now: dt.datetime) -> Any | None:
        """From where a run reads."""
        known = [row[self.update_key] for row in self.rows if row.get(self.update_key) is not None]
        if not known:
            return None
        newest = max(known)
        if isinstance(newest, dt.datetime):
            newest = min(newest, now if newest.tzinfo else now.replace(tzinfo=None))
        elif isinstance(newest, dt.date):
            newest = min(newest, now.date())
        return newest if self.lookback is None else newest - self.lookback

    def run(
        self, source: list[Row], kinds: dict[str, str], now: dt.datetime, *, full_refresh: bool = False
    ) -> int | str:
        """Become what a run makes of the table, and return how many rows it read; or the error with which it must fail.

        Args:
            source: The source's rows.
            kinds: The source's columns and types.
            now: When the run started.
            full_refresh: Whether an incremental or truncate table is made anew.
        """
        read = source
        if self.mode == "incremental":
            read = self._newest(source) if full_refresh else self._since(source, self.mark(now))
        refreshed = full_refresh and self.mode in ("incremental", "truncate")
        anew = self.kinds is None or self.mode == "full-refresh" or refreshed
        before = {} if anew or self.kinds is None else self.kinds
        if any(before[name] != kind for name, kind in kinds.items() if name in before):
            return "SchemaMismatch"
        if any(isinstance(value, float) and math.isnan(value) for row in read for value in row.values()):
            return "UnrepresentableValue"
        self.kinds = {**before, **kinds}
        kept = [] if anew or self.mode == "truncate" else self.rows
        loaded = [{**row, LOADED_AT: now} for row in read]
        names = [*self.kinds, LOADED_AT]
        if self.mode == "incremental":
            kept, loaded = self._merged(kept, loaded), []
        self.rows = [{name: row.get(name) for name in names} for row in [*kept, *loaded]]
        return len(read)

    def _since(self, source: list[Row], mark: Any | None) -> list[Row]:
        return [
            row
            for row in source
            if mark is None or row[self.update_key] is None or row[self.update_key] >= mark
        ]

    def _identity(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in self.key)

    def _newest(self, rows: list[Row]) -> list[Row]:
        newest: dict[tuple[Any, ...], Row] = {}
        for row in rows:
            other = newest.get(self._identity(row))
            if other is None or not self._is_older(row, other):
                newest[self._identity(row)] = row
        return list(newest.values())

    def _is_older(self, row: Row, other: Row) -> bool:
        mine, theirs = row[self.update_key], other[self.update_key]
        return theirs is not None and (mine is None or mine < theirs)

    def _merged(self, kept: list[Row], loaded: list[Row]) -> list[Row]:
        result = {self._identity(row): row for row in kept}
        for row in self._newest(loaded):
            old = result.get(self._identity(row))
            if old is None:
                result[self._identity(row)] = row
            elif not self._is_older(row, old):
                result[self._identity(row)] = {**old, **row}
        return list(result.values())
