"""A Snowflake session that has a catalog in memory: for the decisions about declared objects, and nothing else.

What belongs here: what the statements of ``object_sql`` do to objects, roles and schemas, and how Snowflake refuses them. What does
not: queries, rows and types; fakesnow has those, and lacks most of these objects.

It reads statements by their form and keeps to Snowflake's rules where a decision depends on them: names are unique within a
schema but for stages; who does not own an object cannot alter it; OR REPLACE makes another object, without what was not
said again; a stage that was replaced leaves its external tables behind.
"""

import datetime as dt
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Key = tuple[str, str, str, bool]
"""Database, schema, name, and whether it is a stage."""

_NAME = r'"(\w+)"\."(\w+)"\."(\w+)"'
_KINDS = r"(STAGE|EXTERNAL TABLE|SEMANTIC VIEW|DYNAMIC TABLE|VIEW)"


class Column(NamedTuple):
    """A column of a result."""

    name: str


@dataclass
class FakeObject:
    """An object of the catalog.

    Args:
        kind: For example `external table`.
        owner: A role.
        created_on: Aware, UTC; later objects have later times.
        properties: What SHOW tells, by column.
        text: The statement that made it.
    """

    kind: str
    owner: str
    created_on: dt.datetime
    properties: dict[str, Any] = field(default_factory=dict)
    text: str = ""


class FakeSession:
    """A session, as far as ``session.SessionStatements`` uses one.

    Args:
        databases: Names, in upper case.
        roles: That the user has; the first is the current one.
        integrations: Storage integrations that there are.
        warehouse: The current virtual warehouse.
    """

    def __init__(
        self,
        databases: Sequence[str] = ("PURINA",),
        roles: Sequence[str] = ("PLATFORM",),
        integrations: Sequence[str] = (),
        warehouse: str | None = "LOADING",
    ) -> None:
        self.databases = [*databases]
        self.roles = [*roles]
        self.role: str | None = roles[0]
        self.integrations = [*integrations]
        self.warehouse = warehouse
        self.schemas: set[tuple[str, str]] = set()
        self.objects: dict[Key, FakeObject] = {}
        self.statements: list[str] = []
        self.refused: dict[str, int] = {}
        """Beginnings of statements to the number of the error that they fail with."""
        self._ticks = itertools.count()

    def cursor(self) -> "FakeCursor":
        """A cursor."""
        return FakeCursor(self)

    def close(self) -> None:
        """End the session."""

    def add(self, kind: str, database: str, schema: str, name: str, **properties: Any) -> FakeObject:
        """Put an object there, as somebody else would have made it."""
        self.schemas.add((database, schema))
        made = FakeObject(kind, str(properties.pop("owner", self.role)), self._now(), properties)
        self.objects[database, schema, name, kind == "stage"] = made
        return made

    def run(self, statement: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """Run a statement; rows by column.

        Raises:
            snowflake.connector.errors.ProgrammingError: As Snowflake does.
        """
        self.statements.append(statement)
        for beginning, number in self.refused.items():
            if statement.startswith(beginning):
                raise _error(number, f"refused: {beginning}")
        for pattern, handler in _HANDLERS:
            if match := re.fullmatch(pattern, statement, re.DOTALL):
                return getattr(self, handler)(match, values)
        raise _error(1003, f"syntax error: {statement[:60]}")

    def _now(self) -> dt.datetime:
        return dt.datetime(2026, 6, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=next(self._ticks))

    def _use_role(self, match: re.Match[str], _: Sequence[Any]) -> list[dict[str, Any]]:
        if match[1] not in self.roles:
            raise _error(2043, f"Object does not exist, or operation cannot be performed: {match[1]}")
        self.role = match[1]
        return []

    def _create_schema(self, match: re.Match[str], _: Sequence[Any]) -> list[dict[str, Any]]:
        if match[1] not in self.databases:
            raise _error(2003, f"Database {match[1]} does not exist or not authorized.")
        self.schemas.add((match[1], match[2]))
        return []

    def _create(self, match: re.Match[str], _: Sequence[Any]) -> list[dict[str, Any]]:
        replace, secure, kind, _if, database, schema, name, rest = match.groups()
        key = database, schema, name, kind == "STAGE"
        if (database, schema) not in self.schemas:
            raise _error(2003, f"Schema {schema} does not exist or not authorized.")
        there = self.objects.get(key)
        if there is not None and not replace:
            return []
        if there is not None and there.kind != kind.lower():
            raise _error(2002, f"Object {name} already exists as {there.kind.upper()}")
        if there is not None:
            self._own(there, name)
        made = FakeObject(kind.lower(), str(self.role), self._now(), {}, match[0])
        self._set(made, rest)
        made.properties["is_secure"] = "true" if secure else "false"
        self.objects[key] = made
        return []

    def _alter(self, match: re.Match[str], _: Sequence[Any]) -> list[dict[str, Any]]:
        kind, database, schema, name, rest = match.groups()
        there = self._there(kind, database, schema, name)
        self._own(there, name)
        if rest.startswith("SET "):
            self._set(there, rest)
        return []

    def _grant(self, match: re.Match[str], _: Sequence[Any]) -> list[dict[str, Any]]:
        kind, database, schema, name, role = match.groups()
        there = self._there(kind, database, schema, name)
        self._own(there, name)
        there.owner = role
        return []

    def _show(self, match: re.Match[str], _: Sequence[Any]) -> list[dict[str, Any]]:
        kind, pattern, database, schema = match.groups()
        if (database, schema) not in self.schemas:
            raise _error(2043, f"Object does not exist, or operation cannot be performed: {schema}")
        like = re.compile(pattern.replace("_", "."), re.IGNORECASE)
        return [
            {
                "created_on": each.created_on,
                "name": name,
                "owner": each.owner,
                "text": each.text,
                "comment": "",
                "rows": 0,
                **each.properties,
            }
            for (in_database, in_schema, name, _stage), each in self.objects.items()
            if (in_database, in_schema, each.kind) == (database, schema, kind.lower())
            and like.fullmatch(name)
        ]

    def _relation(self, match: re.Match[str], values: Sequence[Any]) -> list[dict[str, Any]]:
        if match[1] not in self.databases:
            raise _error(2003, f"Database {match[1]} does not exist or not authorized.")
        there = self.objects.get((match[1], values[0], values[1], False))
        if there is None or there.kind == "semantic view":
            return []
        types = {"table": "BASE TABLE", "dynamic table": "BASE TABLE"}
        return [
            {
                "TABLE_TYPE": types.get(there.kind, there.kind.upper()),
                "IS_DYNAMIC": "YES" if there.kind == "dynamic table" else "NO",
                "COMMENT": there.properties.get("comment"),
                "TABLE_OWNER": there.owner,
            }
        ]

    def _describe(self, match: re.Match[str], _: Sequence[Any]) -> list[dict[str, Any]]:
        there = self._there("EXTERNAL TABLE", *match.groups())
        return [{"name": "VALUE"}, *({"name": name} for name in there.properties.get("columns", ()))]

    def _select(self, match: re.Match[str], _: Sequence[Any]) -> list[dict[str, Any]]:
        if "CURRENT_ROLE" in match[0]:
            return [{"CURRENT_ROLE()": self.role}]
        if "CURRENT_WAREHOUSE" in match[0]:
            return [{"CURRENT_WAREHOUSE()": self.warehouse}]
        return [{"COUNT(*)": 0, "BYTES": 0}] if "count(*)" in match[0] else []

    def _there(self, kind: str, database: str, schema: str, name: str) -> FakeObject:
        there = self.objects.get((database, schema, name, kind == "STAGE"))
        if there is None or there.kind != kind.lower():
            raise _error(2003, f"{kind} {name} does not exist or not authorized.")
        return there

    def _own(self, there: FakeObject, name: str) -> None:
        if there.owner != self.role:
            raise _error(3001, f"Insufficient privileges to operate on {there.kind} {name}")

    def _set(self, there: FakeObject, text: str) -> None:
        """Set the properties that a statement names."""
        outside = _without_query(text)
        found = {
            "url": re.search(r"\bURL = '([^']*)'", outside),
            "storage_integration": re.search(r'STORAGE_INTEGRATION = "(\w+)"', outside),
            "target_lag": re.search(r"TARGET_LAG = '?([\w ]+?)'? WAREHOUSE", outside),
            "warehouse": re.search(r'WAREHOUSE = "(\w+)"', outside),
            "refresh_mode": re.search(r"REFRESH_MODE = (\w+)", outside),
            "stage": re.search(rf"LOCATION = @{_NAME}", outside),
        }
        integration = found["storage_integration"]
        if integration and integration[1] not in self.integrations:
            raise _error(2003, f"Integration '{integration[1]}' does not exist or not authorized.")
        stage = found.pop("stage")
        if stage and (*stage.groups(), True) not in self.objects:
            raise _error(2003, f"Stage '{stage[3]}' does not exist or not authorized.")
        there.properties |= {name: match[1] for name, match in found.items() if match}
        if directory := re.search(r"DIRECTORY = \(ENABLE = (\w+)\)", outside):
            there.properties["directory_enabled"] = "Y" if directory[1] == "TRUE" else "N"
        if there.kind == "external table":
            there.properties["columns"] = re.findall(r'"(\w+)" [\w(),]+ AS \(', outside)
            there.properties["invalid"] = "false"
        if " COMMENT = '" in text:
            at = text.index if there.kind in ("view", "dynamic table") else text.rindex
            there.properties["comment"] = parsed_literal(text[at(" COMMENT = '") + len(" COMMENT = ") :])


class FakeCursor:
    """A cursor over a session's results."""

    def __init__(self, session: FakeSession) -> None:
        self._session = session
        self._rows: list[tuple[Any, ...]] = []
        self.description: list[Column] = []

    def execute(self, statement: str, values: Sequence[Any] | None = None) -> "FakeCursor":
        """Run a statement."""
        found = self._session.run(statement, values or ())
        self.description = [Column(name) for name in (found[0] if found else ())]
        self._rows = [tuple(row.get(column.name) for column in self.description) for row in found]
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows of the last statement."""
        return self._rows


def parsed_literal(text: str) -> str:
    """The value of the string constant with which a text begins, by Snowflake's rules.

    Args:
        text: Begins with a quote.

    Raises:
        ValueError: The constant does not end.
    """
    value, place = [], 1
    escapes = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}
    while place < len(text):
        letter = text[place]
        if letter == "\\":
            value.append(escapes.get(text[place + 1], text[place + 1]))
            place += 2
        elif letter == "'" and text[place + 1 : place + 2] == "'":
            value.append("'")
            place += 2
        elif letter == "'":
            return "".join(value)
        else:
            value.append(letter)
            place += 1
    raise ValueError(f"A string constant does not end: {text[:40]}")


def _without_query(text: str) -> str:
    """What stands before the query of a view or dynamic table."""
    return re.split(r" AS (?=select|with)", text, maxsplit=1, flags=re.IGNORECASE)[0]


def _error(number: int, text: str) -> Exception:
    from snowflake.connector.errors import ProgrammingError

    return ProgrammingError(msg=text, errno=number, sqlstate="42000", send_telemetry=False)


_HANDLERS = (
    (r'USE ROLE "(\w+)"', "_use_role"),
    (r'CREATE SCHEMA IF NOT EXISTS "(\w+)"\."(\w+)"', "_create_schema"),
    (rf"CREATE (OR REPLACE )?(SECURE )?{_KINDS} (IF NOT EXISTS )?{_NAME}(.*)", "_create"),
    (rf"ALTER {_KINDS} {_NAME} (.*)", "_alter"),
    (rf'GRANT OWNERSHIP ON {_KINDS} {_NAME} TO ROLE "(\w+)" COPY CURRENT GRANTS', "_grant"),
    (rf"SHOW {_KINDS}S LIKE '(\w+)' IN SCHEMA \"(\w+)\"\.\"(\w+)\"", "_show"),
    (rf"DESCRIBE EXTERNAL TABLE {_NAME} TYPE = COLUMNS", "_describe"),
    (r'SELECT table_type.* FROM "(\w+)"\.INFORMATION_SCHEMA\.TABLES .*', "_relation"),
    (r"SELECT .*", "_select"),
)
"""Forms of statements, and the methods that carry them out."""
