"""What a row of each table is, from files beside the component's instance.

What belongs here: reading them. What does not: whether every table has one; that is a matter of the instance.
"""

from functools import partial
from pathlib import Path

import yaml

from dagster_open_platform.lib.yaml_errors import InvalidYaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time, where libyaml is there


def read_descriptions(folder: Path) -> dict[str, dict[str, str]]:
    """By schema and table.

    Args:
        folder: Has a file `<schema>.yaml` for each schema, with a line for each table: `account: One row per account.`

    Raises:
        InvalidYaml: A file is something else.
    """
    return {path.stem: _read(path) for path in sorted(folder.glob("*.yaml"))}


def _read(path: Path) -> dict[str, str]:
    wrong = partial("{}:{}: {}".format, path)
    try:
        found = yaml.load(path.read_bytes(), Loader=_LOADER)  # noqa: S506 - both are safe loaders
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidYaml(wrong(line, f"not YAML: {error.problem}")) from None
    if not isinstance(found, dict):
        raise InvalidYaml(wrong(1, "expected a line for each table, such as `account: One row per account.`"))
    for number, (table, text) in enumerate(found.items(), 1):
        if not isinstance(table, str) or not isinstance(text, str):
            raise InvalidYaml(
                wrong(1, f"entry {number}: found {table!r}: {text!r}; expected a table and a text.")
            )
    return found
