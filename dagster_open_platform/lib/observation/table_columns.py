"""The columns of tables that others load, from a file beside the component's instance.

What belongs here: which table has which. What does not: reading the file (`lib/table_files.py`), which tables there are (`component.py`).
"""

from pathlib import Path

import dagster as dg

from dagster_open_platform.lib.columns import table_schema
from dagster_open_platform.lib.table_files import COLUMNS_EXAMPLE, columns_of, read_table_file

SHARED = "*"
"""Of columns that all tables have."""


def read_columns(path: Path) -> dict[str, dg.TableSchema]:
    """By table.

    Args:
        path: A YAML file: by table its columns (`lib/table_files.py`). Those below `*` follow in every table.

    Raises:
        InvalidYaml: The file is missing, or is something else.
    """
    found = read_table_file(path, f"tables with their columns, {COLUMNS_EXAMPLE}")
    shared = tuple(columns_of(path, SHARED, found.pop(SHARED, {})))
    return {
        str(table): table_schema([*columns_of(path, str(table), columns), *shared])
        for table, columns in found.items()
    }
