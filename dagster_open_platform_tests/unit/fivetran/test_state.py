"""The state file: what it holds, how it looks, and what is not one."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.fivetran.errors import InvalidState
from dagster_open_platform.lib.fivetran.protocol import ColumnConfig, Destination, SchemaConfig, TableConfig
from dagster_open_platform.lib.fivetran.state import (
    AccountState,
    ConnectorState,
    read_state,
    state_text,
    write_state,
)
from dagster_open_platform_tests.fixtures.fivetran_fake import CRM, state

names = st.text(max_size=8)
columns = st.builds(ColumnConfig, names, st.booleans(), st.booleans())
tables = st.builds(TableConfig, names, st.booleans(), st.dictionaries(names, columns, max_size=3))
schemas = st.builds(SchemaConfig, names, st.booleans(), st.dictionaries(names, tables, max_size=3))
connectors = st.builds(
    ConnectorState, names, names, names, st.just("g"), st.dictionaries(names, schemas, max_size=2)
)
states = st.builds(
    lambda id_, database, found: AccountState(
        id_, {"g": Destination("g", "snowflake", database, "US")}, {each.id: each for each in found}
    ),
    names,
    st.none() | names,
    st.lists(connectors, max_size=3),
)


@given(states)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, found: AccountState) -> None:
    path = tmp_path_factory.mktemp("state") / "state.json"
    write_state(path, found)
    assert read_state(path) == found
    assert [each.name for each in path.parent.iterdir()] == ["state.json"]


@given(states)
def test_a_column_is_a_line_and_everything_is_sorted(found: AccountState) -> None:
    text = state_text(found)
    assert sum('"is_primary_key"' in line for line in text.split("\n")) == sum(
        len(table.columns)
        for connector in found.connectors.values()
        for schema in connector.schemas.values()
        for table in schema.tables.values()
    )
    parsed = json.loads(text)
    assert json.dumps(parsed) == json.dumps(parsed, sort_keys=True)


def test_the_order_in_which_fivetran_answers_does_not_matter() -> None:
    found = state()
    turned = AccountState(found.account_id, found.destinations, dict(list(found.connectors.items())[::-1]))
    assert list(turned.connectors) != list(found.connectors)
    assert state_text(turned) == state_text(found)


def test_only_what_is_synced_are_tables() -> None:
    synced = [(schema.name, table.name) for *_, schema, table in state().connectors[CRM].tables()]
    assert synced == [("crm", "account"), ("crm", "contact")]


def broken(change: Any) -> str:
    found = json.loads(state_text(state()))
    change(found)
    return json.dumps(found)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not JSON"),
        ("[]", "not made of"),
        ("{}", "'destinations'"),
        (
            broken(lambda found: found["destinations"].clear()),
            "the destination purple_group of the connector",
        ),
        (broken(lambda found: found["connectors"][CRM].pop("schemas")), "'schemas'"),
        (broken(lambda found: found["connectors"].update(x=3)), "not made of"),
    ],
)
def test_another_file_is_refused_with_the_command_that_makes_one(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(InvalidState) as raised:
        read_state(path)
    message = raised.value.description or ""
    assert message.startswith(f"{path} is no state")
    assert problem in message
    assert "`just refresh-state`" in message


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidState, match="No such file"):
        read_state(tmp_path / "state.json")
