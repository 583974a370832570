"""``python -m dagster_open_platform.lib.osi FILE``: the statement that makes a semantic view of a model in OSI.

What belongs here: the command line. What does not: the translation (``translate.py``) and the SQL (``lib/warehouse``). It asks
no warehouse; databases have the names that they have in this environment.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dagster_open_platform.lib.osi.files import read_osi
from dagster_open_platform.lib.osi.translate import semantic_view
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.utils.environment_helpers import get_database_for_environment
from dagster_open_platform.utils.failures import PermanentFailure

_NEXT = "\n  "
_UNNAMED = TableRef("unnamed", "unnamed", "unnamed")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the statement.

    Args:
        arguments: Of the command line; None: those of this process.

    Returns:
        0; or 2 if the file is wrong, and then what is wrong is on the standard error, a line for each mistake.
    """
    parser = argparse.ArgumentParser(
        prog="python -m dagster_open_platform.lib.osi",
        description="Print the CREATE SEMANTIC VIEW statement of a model in Open Semantic Interchange.",
    )
    parser.add_argument("file", type=Path, help="a YAML file in OSI with one semantic model")
    parser.add_argument(
        "--name",
        help="of the view, as database.schema.name; by default the model's, beside the first table that it reads",
    )
    given = parser.parse_args(arguments)
    try:
        print(statement(given.file, given.name))  # noqa: T201 - this is what the command is for
    except PermanentFailure as error:
        print(error.description, file=sys.stderr)  # noqa: T201
        return 2
    return 0


def statement(file: Path, name: str | None = None) -> str:
    """The statement that makes a semantic view.

    Args:
        file: In OSI.
        name: Of the view, as `database.schema.name`; None: the model's, beside the first table that it reads.

    Raises:
        PermanentFailure: The file is wrong, or a name.
    """
    from dagster_open_platform.lib.warehouse.snowflake.object_sql import create_semantic_view

    view = semantic_view(file, physical(name) if name else _UNNAMED, physical)
    if name is None:
        beside = view.tables[0].table
        view = replace(view, name=TableRef(beside.database, beside.schema, read_osi(file).model.name))
    return f"{laid_out(create_semantic_view(view, view.comment or '', replace=True))};"


def physical(name: str) -> TableRef:
    """The physical table or view of a logical name `database.schema.name`.

    Raises:
        PermanentFailure: It is not such a name, or there is no such database.
    """
    parts = name.split(".")
    if len(parts) != 3:
        raise PermanentFailure(f"{name!r} is no name of a view; expected database.schema.name.")
    database, schema, table = parts
    return TableRef(get_database_for_environment(database), schema, table)


def laid_out(sql: str) -> str:
    """A statement with a line for each thing in the parentheses of its clauses.

    Args:
        sql: In Snowflake's SQL, on one line.
    """
    laid = [""]
    depth = 0
    # Whole texts and quoted names, so that nothing inside them counts.
    for part in re.findall(r"""'(?:\\.|''|[^'\\])*'|"[^"]*"|.""", sql, re.DOTALL):
        if part == " " and laid[-1] == _NEXT:
            continue
        depth -= part == ")"
        laid.append(f"\n{part}" if part == ")" and depth == 0 else part)
        if (part == "(" and depth == 0) or (part == "," and depth == 1):
            laid.append(_NEXT)
        depth += part == "("
    return "".join(laid)
