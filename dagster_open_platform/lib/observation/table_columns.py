"""The columns of tables that others load, from a file beside the component's instance.

What belongs here: reading that file. What does not: which tables there are (`component.py`).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import dagster as dg
import yaml

from dagster_open_platform.lib.columns import Column, ColumnType, table_schema
from dagster_open_platform.lib.yaml_errors import InvalidYaml

SHARED = "*"
"""Of columns that all tables have."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time, where libyaml is there
_EXAMPLE = "such as `id: Its id.` or `amount: [integer, What it costs.]`"


def read_columns(path: Path) -> dict[str, dg.TableSchema]:
    """By table.

    Args:
        path: A YAML file: by table its columns, each a text, or a list of type (`lib/columns.py`) and text. Those below `*` follow in every
            table.

    Raises:
        InvalidYaml: The file is missing, or is something else.
    """
    try:
        found = yaml.load(path.read_bytes(), Loader=_LOADER)  # noqa: S506 - both are safe loaders
    except OSError as error:
        raise InvalidYaml(f"{path} cannot be read: {error.strerror}.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidYaml(f"{path}:{line}: not YAML: {error.problem}") from None
    if not isinstance(found, dict):
        raise InvalidYaml(f"{path}:1: expected tables with their columns, {_EXAMPLE}.")
    shared = tuple(_columns(path, SHARED, found.pop(SHARED, {})))
    return {
        str(table): table_schema([*_columns(path, table, columns), *shared])
        for table, columns in found.items()
    }


def _columns(path: Path, table: str, columns: Any) -> Iterator[Column]:
    if not isinstance(columns, Mapping):
        raise InvalidYaml(f"{path}: {table}: found {columns!r}; expected its columns, {_EXAMPLE}.")
    types = get_args(ColumnType)
    for name, value in columns.items():
        kind, text = value if isinstance(value, list) and len(value) == 2 else ("string", value)
        if kind not in types or not isinstance(text, str):
            raise InvalidYaml(
                f"{path}: {table}.{name}: found {value!r}; expected {_EXAMPLE}; types: {', '.join(types)}."
            )
        # Nobody here promises for others that a value is there.
        yield Column(str(name), kind, text, nullable=True)
