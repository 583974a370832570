"""Databases of an account: which there are, when they were used, and that none but a clone is dropped."""

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlglot
from sqlglot import exp

from dagster_open_platform.lib.snowflake.clones import MASKS
from dagster_open_platform.lib.warehouse import SnowflakeWarehouse, WarehouseConnection
from dagster_open_platform.lib.warehouse.databases import DatabaseInfo, RepointedViews
from dagster_open_platform.lib.warehouse.errors import MissingObject, NotAClone, PermissionDenied
from dagster_open_platform.lib.warehouse.snowflake import databases
from dagster_open_platform_tests.fixtures.snowflake_account import Account, Row

CREATED = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
CLONED = dt.datetime(2026, 8, 1, 12, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 8, 20, 1, 2, 3, tzinfo=dt.UTC)
VIEWS: list[Row] = [
    [
        "AWS",
        "COSTS",
        "create or replace view purina.aws.costs as (select * from purina.aws.cost_days)",
    ],
    [
        "AWS",
        "COST_DAYS",
        "create view cost_days copy grants as select 1 as n from fivetran.a.b, PURINA.AWS.RAW;",
    ],
    ["AWS", "BROKEN", "create view purina.aws.broken as select * from purina.aws.gone"],
    ["AWS", "OWN", "create view purina_clone_7.aws.own as select 'purina.aws.raw' as n"],
    ["PII", "PEOPLE", "create view purina.pii.people as select email from fivetran.hubspot.contact"],
    [
        "PII",
        "MASKED",
        "create view purina_clone_7.pii.masked as select ('masked-' || email) as email from fivetran.hubspot.contact",
    ],
]
"""Schema, name and statement, as somebody has written them."""
TABLES, QUERIES = r"ACCOUNT_USAGE\.TABLES", r"ACCOUNT_USAGE\.QUERY_HISTORY"


@pytest.fixture
def connection(account: Account) -> Iterator[WarehouseConnection]:
    """A connection to an account of some databases, one of which only quotes tell from a clone."""
    account.databases = {
        "PURINA": CREATED,
        "PURINA_CLONE_7": CLONED,
        "DWH_REPORTING_CLONE_7": CLONED,
        "purina_clone_8": CLONED,
        "My Database": CREATED,
    }
    account.results |= {
        TABLES: (
            ["C", "M", "B"],
            [["PURINA", moment(LATER), "4096"], ["PURINA_CLONE_7", moment(CREATED), None]],
        ),
        QUERIES: (["D", "M"], [["DWH_REPORTING_CLONE_7", moment(LATER)], ["PURINA", moment(CREATED)]]),
    }
    account.types |= {TABLES: ["text", "timestamp_ltz", "fixed"], QUERIES: ["text", "timestamp_ltz"]}
    with SnowflakeWarehouse(databases={"purina": "purina"}).connect() as opened:
        yield opened


def moment(time: dt.datetime) -> str:
    """A time as Snowflake sends it."""
    return f"{time.timestamp():.9f}"


def test_the_latest_of_what_is_known_is_the_last_use(connection: WarehouseConnection) -> None:
    assert connection.databases() == [
        DatabaseInfo('"My Database"', CREATED, CREATED, None),
        DatabaseInfo('"purina_clone_8"', CLONED, CLONED, None),
        DatabaseInfo("dwh_reporting_clone_7", CLONED, LATER, None),
        DatabaseInfo("purina", CREATED, LATER, 4096),
        DatabaseInfo("purina_clone_7", CLONED, CLONED, None),
    ]


def test_a_role_that_may_not_know_is_told_what_it_needs(
    account: Account, connection: WarehouseConnection
) -> None:
    account.failures[QUERIES] = ("002003", "SQL compilation error: Object does not exist or not authorized.")
    with pytest.raises(MissingObject, match=r"SNOWFLAKE\.GOVERNANCE_VIEWER"):
        connection.databases()


def test_cloning_and_dropping_again_changes_nothing(
    account: Account, connection: WarehouseConnection
) -> None:
    assert connection.clone_database("purina", "purina_clone_9")
    assert not connection.clone_database("purina", "purina_clone_9")
    assert "PURINA_CLONE_9" in account.databases
    assert connection.drop_database("purina_clone_9")
    assert not connection.drop_database("purina_clone_9")
    assert "PURINA_CLONE_9" not in account.databases
    assert account.texts("CREATE")[0] == 'CREATE DATABASE "PURINA_CLONE_9" CLONE "PURINA"'
    with pytest.raises(MissingObject):
        connection.clone_database("dwh_reporting", "dwh_reporting_clone_9")


def test_views_of_a_clone_are_written_anew_or_dropped(
    account: Account, connection: WarehouseConnection
) -> None:
    account.results[r"PURINA_CLONE_7.*INFORMATION_SCHEMA\.VIEWS"] = (["S", "N", "V"], VIEWS)
    account.failures[r'CREATE.*"BROKEN"'] = (
        "002003",
        "SQL compilation error: Object does not exist or not authorized.",
    )
    assert connection.repoint_views("purina_clone_7", MASKS) == RepointedViews(
        2, ("aws.broken", "pii.people")
    )
    replaced = account.texts("CREATE OR REPLACE")
    # One that reads another comes after it.
    assert [text for text in replaced if "BROKEN" not in text] == [
        'CREATE OR REPLACE VIEW "PURINA_CLONE_7"."AWS"."COST_DAYS" copy grants as select 1 as n from fivetran.a.b,'
        ' "PURINA_CLONE_7".AWS.RAW',
        'CREATE OR REPLACE VIEW "PURINA_CLONE_7"."AWS"."COSTS" as (select * from "PURINA_CLONE_7".aws.cost_days)',
    ]
    assert account.texts("DROP") == [
        'DROP VIEW IF EXISTS "PURINA_CLONE_7"."PII"."PEOPLE"',
        'DROP VIEW IF EXISTS "PURINA_CLONE_7"."AWS"."BROKEN"',
    ]
    for statement in replaced:
        [parsed] = sqlglot.parse(statement, read="snowflake")
        assert isinstance(parsed, exp.Create)
        assert {table.catalog.lower() for table in parsed.find_all(exp.Table)} <= {
            "purina_clone_7",
            "fivetran",
        }


def test_a_privilege_that_is_lacking_is_told(account: Account, connection: WarehouseConnection) -> None:
    account.failures["CREATE DATABASE"] = ("003001", "SQL access control error: Insufficient privileges.")
    with pytest.raises(PermissionDenied, match="cloning purina to purina_clone_9"):
        connection.clone_database("purina", "purina_clone_9")


def test_nothing_but_a_clone_is_asked_to_be_dropped_or_made(
    account: Account, connection: WarehouseConnection
) -> None:
    before = dict(account.databases)
    for name in (
        "purina",
        "PURINA_CLONE_7",
        '"purina_clone_8"',
        "My Database",
        "purina_clone_7; DROP DATABASE purina",
    ):
        with pytest.raises(NotAClone):
            connection.drop_database(name)
        with pytest.raises(NotAClone):
            connection.clone_database("purina", name)
    with pytest.raises(NotAClone):
        connection.clone_database("purina_clone_7", "purina_clone_9")
    for listed in connection.databases():
        if listed.name not in ("purina_clone_7", "dwh_reporting_clone_7"):
            with pytest.raises(NotAClone):
                connection.drop_database(listed.name)
    assert account.databases == before
    assert account.texts("DROP") == account.texts("CREATE") == []


@pytest.mark.parametrize(
    "statement",
    [
        databases.SHOW,
        databases.TABLES,
        databases.QUERIES,
        databases.create_clone("purina", "purina_clone_7"),
        databases.drop("purina_clone_7"),
    ],
)
def test_every_statement_is_snowflake_s(statement: str) -> None:
    (parsed,) = sqlglot.parse(statement, read="snowflake")
    assert parsed is not None
    assert not isinstance(parsed, exp.Command)


@pytest.mark.parametrize(
    "stored", ["PURINA", "A1_", "_X", "purina", "Mixed", "A B", 'A"B', "1A", "Ü", "A$B", ""]
)
def test_a_presented_name_leads_to_the_stored_one_or_nowhere(stored: str) -> None:
    presented = databases.presented(stored)
    if presented.startswith('"'):
        with pytest.raises(NotAClone):
            databases.checked_drop(presented)
    else:
        assert databases.name(presented) == f'"{stored}"'
