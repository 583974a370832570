"""What a row of each table is, from files beside the component's instance.

What belongs here: reading them. What does not: whether every table has one; that is a matter of the instance.
"""

from pathlib import Path

from dagster_open_platform.lib.table_files import read_table_file
from dagster_open_platform.lib.yaml_errors import InvalidYaml


def read_descriptions(folder: Path) -> dict[str, dict[str, str]]:
    """By schema and table.

    Args:
        folder: Has a file `<schema>.yaml` for each schema, with a line for each table: `account: One row per account.`

    Raises:
        InvalidYaml: A file is something else.
    """
    return {path.stem: _read(path) for path in sorted(folder.glob("*.yaml"))}


def _read(path: Path) -> dict[str, str]:
    found = read_table_file(path, "a line for each table, such as `account: One row per account.`")
    for number, (table, text) in enumerate(found.items(), 1):
        if not isinstance(table, str) or not isinstance(text, str):
            raise InvalidYaml(
                f"{path}:1: entry {number}: found {table!r}: {text!r}; expected a table and a text."
            )
    return found
