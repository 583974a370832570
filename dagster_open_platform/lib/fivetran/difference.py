"""What changed between two states of an account.

What belongs here: finding the changes, and a line of text for each. What does not: fetching, and what to do about them.

A connector is the same if it has the same id, a schema, table or column if it has the same name at the source: its name in the
destination may change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dagster_open_platform.lib.fivetran.protocol import ColumnConfig, SchemaConfig, TableConfig
from dagster_open_platform.lib.fivetran.state import AccountState, ConnectorState

Kind = Literal["added", "removed", "renamed", "enabled", "disabled", "changed"]
_SIGNS: Mapping[Kind, str] = {"added": "+", "removed": "-"}


@dataclass(frozen=True)
class Change:
    """One change.

    Args:
        kind: What happened.
        what: `account`, `destination`, `connector`, `schema`, `table` or `column`.
        name: Of the thing, in the destination, as it was called before.
        detail: What it is now; may be empty.
    """

    kind: Kind
    what: str
    name: str
    detail: str = ""

    def __str__(self) -> str:
        if self.kind in ("added", "removed"):
            return f"{_SIGNS[self.kind]} {self.what} {self.name}{f' ({self.detail})' if self.detail else ''}"
        return f"~ {self.what} {self.name} {self.kind}{f' {self.detail}' if self.detail else ''}"


def changes(before: AccountState | None, after: AccountState) -> Sequence[Change]:
    """All changes, in the order of names.

    Args:
        before: None: there was nothing.
        after: What there is now.
    """
    return list(_changes(before or AccountState(after.account_id, {}, {}), after))


def connector_changes(before: ConnectorState, after: ConnectorState) -> Sequence[Change]:
    """What changed about one connector."""
    return list(_connector(before, after))


def _changes(before: AccountState, after: AccountState) -> Iterator[Change]:
    if before.account_id != after.account_id:
        yield Change("changed", "account", before.account_id, f"to {after.account_id}")
    for id_ in sorted(before.destinations.keys() | after.destinations.keys()):
        old, new = before.destinations.get(id_), after.destinations.get(id_)
        if old is None or new is None:
            yield Change("removed" if new is None else "added", "destination", id_)
        elif old != new:
            detail = f"from {old.service} {old.database} to {new.service} {new.database}"
            yield Change("changed", "destination", id_, detail)
    for id_ in sorted(before.connectors.keys() | after.connectors.keys()):
        old, new = before.connectors.get(id_), after.connectors.get(id_)
        if old is not None and new is not None:
            yield from _connector(old, new)
        elif found := new or old:
            tables = list(found.tables())
            columns = sum(len(table.columns) for *_, table in tables)
            detail = f"{found.service}, {id_}: {len(tables)} tables, {columns} columns"
            yield Change("removed" if new is None else "added", "connector", found.name, detail)


def _connector(before: ConnectorState, after: ConnectorState) -> Iterator[Change]:
    if before.name != after.name:
        yield Change("renamed", "connector", before.name, f"to {after.name}")
    for field in ("service", "group_id"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield Change("changed", "connector", after.name, f"its {field} from {old} to {new}")
    yield from _members("schema", "", before.schemas, after.schemas)


_Member = SchemaConfig | TableConfig | ColumnConfig


def _members(
    what: str, prefix: str, before: Mapping[str, _Member], after: Mapping[str, _Member]
) -> Iterator[Change]:
    for source in sorted(before.keys() | after.keys()):
        old, new = before.get(source), after.get(source)
        if old is None or new is None:
            found = new or old
            if found is not None:
                detail = _size(found) if found.enabled else "disabled"
                yield Change("removed" if new is None else "added", what, prefix + found.name, detail)
            continue
        name = prefix + old.name
        if old.name != new.name:
            yield Change("renamed", what, name, f"to {prefix}{new.name}")
        if old.enabled != new.enabled:
            yield Change("enabled" if new.enabled else "disabled", what, name)
        if isinstance(old, SchemaConfig) and isinstance(new, SchemaConfig):
            yield from _members("table", f"{new.name}.", old.tables, new.tables)
        elif isinstance(old, TableConfig) and isinstance(new, TableConfig):
            yield from _members("column", f"{prefix}{new.name}.", old.columns, new.columns)
        elif (
            isinstance(old, ColumnConfig)
            and isinstance(new, ColumnConfig)
            and old.primary_key != new.primary_key
        ):
            yield Change(
                "changed", what, name, f"{'is now' if new.primary_key else 'is no longer'} in the key"
            )


def _size(found: _Member) -> str:
    if isinstance(found, SchemaConfig):
        return f"{len(found.tables)} tables"
    return f"{len(found.columns)} columns" if isinstance(found, TableConfig) else ""
