"""The SQL that concerns a session and no table; it needs no Arrow, so that it can be imported while definitions load.

What belongs here: names, transactions, where a session is. What does not: tables (`sql.py`).
"""

from dagster_open_platform.lib.warehouse.identifiers import double_quoted

BEGIN = "BEGIN TRANSACTION"
COMMIT = "COMMIT"
ROLLBACK = "ROLLBACK"

# Where a login has led to: Snowflake opens a session also without the virtual warehouse and the database asked for.
LANDING = "SELECT CURRENT_ROLE(), CURRENT_WAREHOUSE(), CURRENT_DATABASE()"


def name(*parts: str) -> str:
    """Quote a name in upper case, so that it is the same object as the unquoted name."""
    return double_quoted(*(part.upper() for part in parts))


def set_query_tag(tag: str) -> str:
    """Set the query tag of the session.

    A session's parameters take no bound values, so the tag is a literal: backslashes and quotes are escaped
    (https://docs.snowflake.com/en/sql-reference/data-types-text#string-constants).
    """
    escaped = tag.replace("\\", "\\\\").replace("'", "\\'")
    return f"ALTER SESSION SET QUERY_TAG = '{escaped}'"


def use_database(database: str) -> str:
    """Make a database the current one."""
    return f"USE DATABASE {name(database)}"
