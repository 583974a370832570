"""Names of databases, schemas, tables and columns: what is allowed, and how they are quoted.

What belongs here: the one check that every identifier passes before it becomes part of an SQL text. What does not:
values. Values are bound, never written into SQL.
"""

import re

from dagster_open_platform.lib.warehouse.errors import InvalidIdentifier

# Letters, digits and underscores only: a name that passes needs no escaping inside double quotes on any engine, and
# means the same object whether or not it is quoted. `fullmatch` is used because `$` would admit a final newline.
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


def validated(identifier: str, what: str) -> str:
    """Return the identifier unchanged if it is one.

    Args:
        identifier: Name of a database, schema, table or column, unquoted.
        what: What it names ("schema", "column", ...), for the message.

    Raises:
        InvalidIdentifier: When it holds anything but letters, digits and underscores, starts with a digit, is empty,
            or is longer than 128 characters.
    """
    if not _IDENTIFIER.fullmatch(identifier):
        raise InvalidIdentifier(
            f"{identifier[:80]!r} is not a valid name of a {what}: use letters, digits and underscores, at most 128, "
            "not starting with a digit."
        )
    return identifier


def double_quoted(*parts: str) -> str:
    """Join validated identifiers into a qualified name with every part in double quotes."""
    return ".".join(f'"{validated(part, "database object")}"' for part in parts)
