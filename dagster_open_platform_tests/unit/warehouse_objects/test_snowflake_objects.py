"""What is done about declared objects on Snowflake: owners, what others have altered, order of statements, refusals."""

import dataclasses
from typing import Any, cast

import pytest

from dagster_open_platform.lib.warehouse.errors import (
    InvalidDeclaration,
    MissingObject,
    ObjectConflict,
    PermissionDenied,
    ReadOnlyDatabase,
    StatementFailed,
    UnknownDatabase,
    WarehouseUnavailable,
)
from dagster_open_platform.lib.warehouse.objects import (
    Action,
    Declaration,
    DynamicTable,
    ObjectResult,
    Stage,
    View,
)
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.warehouse.snowflake.connection import SnowflakeConnection
from dagster_open_platform.lib.warehouse.snowflake.fake import FakeSession
from dagster_open_platform_tests.fixtures.warehouse_objects import events, named

STAGE = Stage(named("files"), "s3://bucket/", "my_integration", directory=True, comment="Files.")
VIEW = View(named("v"), "select\n  1 as n")
DYNAMIC = DynamicTable(named("d"), "select 1 as n", "60 minutes")


@pytest.fixture
def session() -> FakeSession:
    return FakeSession(roles=["PLATFORM", "OWNER"], integrations=["MY_INTEGRATION"])


def make(session: FakeSession, declaration: Declaration) -> ObjectResult:
    connection = SnowflakeConnection(cast("Any", session), ["purina"], read_only=["snowflake"])
    return connection.create_or_refresh(declaration)


def words(result: ObjectResult) -> list[str]:
    """The first words of the statements, as far as the name."""
    return [statement.partition(' "')[0] for statement in result.statements]


def there(session: FakeSession, name: str, is_stage: bool = False) -> Any:
    return session.objects["PURINA", "EXPORTS", name.upper(), is_stage]


def test_what_is_run_for_each_action(session: FakeSession) -> None:
    created = make(session, STAGE)
    assert (created.action, words(created)) == (
        Action.CREATED,
        ["CREATE SCHEMA IF NOT EXISTS", "CREATE STAGE IF NOT EXISTS"],
    )
    refreshed = make(session, STAGE)
    assert (refreshed.action, refreshed.statements) == (
        Action.REFRESHED,
        ('ALTER STAGE "PURINA"."EXPORTS"."FILES" REFRESH',),
    )
    altered = make(session, dataclasses.replace(STAGE, directory=False))
    assert altered.action is Action.ALTERED
    # The mark is set last: if that fails, the next refresh begins again.
    assert [statement.split(" SET ")[1][:9] for statement in altered.statements] == ["DIRECTORY", "URL = 's3"]
    table = make(session, events())
    assert words(table)[-1] == "CREATE EXTERNAL TABLE IF NOT EXISTS"
    assert words(make(session, events())) == ["ALTER EXTERNAL TABLE"]
    assert words(make(session, events(pattern=".*"))) == ["CREATE OR REPLACE EXTERNAL TABLE"]


def test_a_dynamic_table_keeps_its_rows_if_only_its_lag_changes(session: FakeSession) -> None:
    assert make(session, DYNAMIC).action is Action.CREATED
    assert words(make(session, DYNAMIC)) == ["ALTER DYNAMIC TABLE"]
    for change, statements in (
        ({"target_lag": "2 hours"}, ["ALTER DYNAMIC TABLE", "ALTER DYNAMIC TABLE"]),
        ({"query": "select 2 as n"}, ["CREATE OR REPLACE DYNAMIC TABLE"]),
        ({"query": "select 2 as n", "refresh_mode": "FULL"}, ["CREATE OR REPLACE DYNAMIC TABLE"]),
    ):
        altered = make(session, dataclasses.replace(DYNAMIC, **change))
        assert (altered.action, words(altered)) == (Action.ALTERED, statements)


def test_the_warehouse_of_a_dynamic_table_is_the_connections_unless_it_is_declared(
    session: FakeSession,
) -> None:
    make(session, DYNAMIC)
    assert there(session, "d").properties["warehouse"] == "LOADING"
    session.warehouse = None
    with pytest.raises(MissingObject, match="No virtual warehouse is there to refresh"):
        make(session, dataclasses.replace(DYNAMIC, name=named("other")))
    make(session, dataclasses.replace(DYNAMIC, warehouse="refreshing"))
    assert there(session, "d").properties["warehouse"] == "REFRESHING"


ALTERED_BY_HAND = [
    (STAGE, True, {"url": "s3://other/"}),
    (STAGE, True, {"directory_enabled": "N"}),
    (events(), False, {"invalid": "true"}),
    (events(), False, {"columns": ["EVENT_ID"]}),
    (VIEW, False, {"is_secure": "true"}),
    (VIEW, False, {"text": "CREATE VIEW V AS SELECT 7"}),
    (VIEW, False, {"comment": "Ours now."}),
    (DYNAMIC, False, {"target_lag": "3 days"}),
    (DYNAMIC, False, {"text": "CREATE DYNAMIC TABLE D AS SELECT 7"}),
]


@pytest.mark.parametrize(("declaration", "is_stage", "change"), ALTERED_BY_HAND)
def test_what_somebody_altered_is_declared_again(
    session: FakeSession, declaration: Declaration, is_stage: bool, change: dict[str, Any]
) -> None:
    make(session, STAGE)
    make(session, declaration)
    found = there(session, declaration.name.name, is_stage)
    found.properties |= change
    assert make(session, declaration).action is Action.ALTERED
    found = there(session, declaration.name.name, is_stage)
    assert all(found.properties.get(name) != value for name, value in change.items())
    assert make(session, declaration).action is Action.REFRESHED


def test_an_external_table_is_made_anew_after_its_stage(session: FakeSession) -> None:
    make(session, STAGE)
    make(session, events())
    del session.objects["PURINA", "EXPORTS", "FILES", True]
    make(session, STAGE)
    assert words(make(session, events())) == ["CREATE OR REPLACE EXTERNAL TABLE"]
    make(session, dataclasses.replace(STAGE, url="s3://bucket/elsewhere/"))
    assert make(session, events()).action is Action.ALTERED


def test_lags_and_blanks_that_mean_the_same_are_no_change(session: FakeSession) -> None:
    make(session, DYNAMIC)
    there(session, "d").properties["target_lag"] = "1 hour"
    assert make(session, DYNAMIC).action is Action.REFRESHED
    make(session, VIEW)
    there(session, "v").text = "create view v as\tselect 1   as n"
    assert make(session, VIEW).action is Action.REFRESHED


def test_a_view_that_does_not_compile_any_more_is_made_anew(session: FakeSession) -> None:
    make(session, VIEW)
    session.refused['SELECT * FROM "PURINA"."EXPORTS"."V"'] = 2037
    again = make(session, VIEW)
    assert (again.action, words(again)) == (Action.REFRESHED, ["CREATE OR REPLACE VIEW"])


def test_a_role_makes_alters_and_refreshes_and_the_connections_own_returns(session: FakeSession) -> None:
    owned = dataclasses.replace(VIEW, role="owner")
    created = make(session, owned)
    assert created.action is Action.CREATED
    assert there(session, "v").owner == "OWNER"
    assert session.role == "PLATFORM"
    assert make(session, owned).action is Action.REFRESHED
    assert make(session, dataclasses.replace(owned, query="select 2 as n")).action is Action.ALTERED
    assert session.role == "PLATFORM"
    # Roles are no change of the object, so they are not told as statements that made it.
    assert not any(statement.startswith("USE ROLE") for statement in created.statements)


def test_an_object_of_another_owner_is_given_to_the_role(session: FakeSession) -> None:
    make(session, VIEW)
    owned = dataclasses.replace(VIEW, role="OWNER")
    given = make(session, owned)
    assert given.action is Action.ALTERED
    assert given.statements[0].startswith("GRANT OWNERSHIP ON VIEW")
    assert there(session, "v").owner == "OWNER"
    assert make(session, owned).action is Action.REFRESHED


def test_an_object_that_cannot_be_given_away_stays(session: FakeSession) -> None:
    make(session, VIEW)
    there(session, "v").owner = "SOMEBODY"
    before = there(session, "v").text
    with pytest.raises(PermissionDenied, match=r"view purina\.exports\.v"):
        make(session, dataclasses.replace(VIEW, role="OWNER", query="select 2 as n"))
    assert (there(session, "v").text, there(session, "v").owner, session.role) == (
        before,
        "SOMEBODY",
        "PLATFORM",
    )


def test_a_role_that_the_user_does_not_have(session: FakeSession) -> None:
    with pytest.raises(MissingObject, match=r"making the view purina\.exports\.v.*STRANGER"):
        make(session, dataclasses.replace(VIEW, role="STRANGER"))
    assert session.objects == {}
    assert session.role == "PLATFORM"


def test_a_storage_integration_that_does_not_exist(session: FakeSession) -> None:
    with pytest.raises(MissingObject, match="Integration 'OTHER' does not exist"):
        make(session, dataclasses.replace(STAGE, storage_integration="other"))
    assert session.objects == {}


def test_a_storage_integration_cannot_be_taken_off(session: FakeSession) -> None:
    make(session, STAGE)
    statements = len(session.statements)
    with pytest.raises(InvalidDeclaration, match=r"cannot take off a stage.*Nothing was changed"):
        make(session, dataclasses.replace(STAGE, storage_integration=None))
    assert not any(each.startswith(("ALTER", "CREATE")) for each in session.statements[statements:])


@pytest.mark.parametrize("kind", ["table", "external table", "semantic view", "materialized view"])
def test_another_kind_of_object_is_left_alone(session: FakeSession, kind: str) -> None:
    session.add(kind, "PURINA", "EXPORTS", "V")
    with pytest.raises(ObjectConflict, match=f"a view is declared there.*\\({kind}\\)"):
        make(session, VIEW)
    assert not any(each.startswith(("CREATE OR", "ALTER", "DROP")) for each in session.statements)


def test_names_that_only_look_alike_are_others(session: FakeSession) -> None:
    session.add("stage", "PURINA", "EXPORTS", "FILESX", url="s3://x/")
    session.add(
        "stage", "PURINA", "EXPORTS", "F_LES", url="s3://x/"
    )  # SHOW takes the underscore for any letter
    assert make(session, dataclasses.replace(STAGE, name=named("f_les_"))).action is Action.CREATED


def test_databases_that_are_not_written_to(session: FakeSession) -> None:
    with pytest.raises(ReadOnlyDatabase, match="only reads"):
        make(session, View(TableRef("snowflake", "account_usage", "users"), "select 1 as n"))
    with pytest.raises(UnknownDatabase):
        make(session, View(TableRef("other", "x", "y"), "select 1 as n"))
    assert session.statements == []


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (1003, InvalidDeclaration),
        (904, MissingObject),
        (3001, PermissionDenied),
        (630, WarehouseUnavailable),
        (100038, StatementFailed),
    ],
)
def test_refusals_are_told_apart(session: FakeSession, number: int, error: type[Exception]) -> None:
    session.refused["CREATE VIEW"] = number
    with pytest.raises(error, match=r"making the view purina\.exports\.v"):
        make(session, VIEW)
    assert session.objects == {}
