"""From a declaration to the few letters by which an object remembers what it was made from.

What belongs here: a declaration as plain JSON, and its fingerprint. What does not: where an engine keeps it.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from dagster_open_platform.lib.warehouse.objects import Declaration
from dagster_open_platform.lib.warehouse.protocol import TableRef

VERSION = 1
"""How declarations become SQL. Raise it with a change of that, and every object is made anew at its next refresh."""


def fingerprint(declaration: Declaration, *context: str) -> str:
    """Return sixteen hexadecimal digits that two declarations share exactly if they say the same.

    Args:
        declaration: What is declared.
        context: What else the object is made from, such as the address of an external table's stage.
    """
    return digest({"declaration": plain(declaration), "context": context})


def digest(content: Any) -> str:
    """Return sixteen hexadecimal digits that are the same for the same JSON, in every process and on every machine."""
    text = json.dumps({"version": VERSION, "content": content}, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plain(value: Any) -> Any:
    """Return a declaration, or a part of one, as plain JSON. Names of tables in lower case: letter case says nothing."""
    if isinstance(value, TableRef):
        return str(value).lower()
    if dataclasses.is_dataclass(value):
        fields = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **fields}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    return value
