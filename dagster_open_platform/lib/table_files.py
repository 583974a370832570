"""Files beside a component's instance that say what is in tables which others fill.

What belongs here: reading such a file, and columns in it. What does not: which tables an instance has; files whose every value needs its
line (`yaml_files.py`), which takes ten times as long.

A column is a text, or a list of a type (`lib/columns.py`) and a text: `id: Its id.`, `amount: [integer, What it costs.]`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import yaml

from dagster_open_platform.lib.columns import Column, ColumnType
from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform.lib.yaml_files import QUICK_LOADER

COLUMNS_EXAMPLE = "such as `id: Its id.` or `amount: [integer, What it costs.]`"


def read_table_file(path: Path, expected: str) -> dict[Any, Any]:
    """What a file has, by its top-level keys.

    Args:
        path: The file.
        expected: What it has, for the message.

    Raises:
        InvalidYaml: The file is missing, or is something else.
    """
    try:
        found = yaml.load(path.read_bytes(), Loader=QUICK_LOADER)  # noqa: S506 - both are safe loaders
    except OSError as error:
        raise InvalidYaml(f"{path}:1: the file cannot be read: {error.strerror}.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidYaml(f"{path}:{line}: not YAML: {error.problem}") from None
    if not isinstance(found, dict):
        raise InvalidYaml(f"{path}:1: expected {expected}.")
    return found


def columns_of(path: Path, table: str, columns: Any) -> Iterator[Column]:
    """The columns of a table.

    Args:
        path: The file, for messages.
        table: Its name in it, for messages.
        columns: As they stand there.

    Raises:
        InvalidYaml: They are something else.
    """
    if not isinstance(columns, Mapping):
        raise InvalidYaml(f"{path}:1: {table}: found {columns!r}; expected its columns, {COLUMNS_EXAMPLE}.")
    types = get_args(ColumnType)
    for name, value in columns.items():
        kind, text = value if isinstance(value, list) and len(value) == 2 else ("string", value)
        if kind not in types or not isinstance(text, str):
            raise InvalidYaml(
                f"{path}:1: {table}.{name}: found {value!r}; expected {COLUMNS_EXAMPLE}; types: {', '.join(types)}."
            )
        # Nobody here promises for others that a value is there.
        yield Column(str(name), kind, text, nullable=True)
