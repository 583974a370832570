"""What changed between two states."""

from collections import Counter
from dataclasses import replace

from hypothesis import given

from dagster_open_platform.lib.fivetran.difference import changes
from dagster_open_platform.lib.fivetran.protocol import ColumnConfig, SchemaConfig, TableConfig
from dagster_open_platform.lib.fivetran.state import AccountState
from dagster_open_platform_tests.fixtures.fivetran_fake import CRM, SHEET, state, table
from dagster_open_platform_tests.unit.fivetran.test_state import states


def with_tables(tables: dict[str, TableConfig]) -> AccountState:
    found = state()
    schemas = {**found.connectors[CRM].schemas, "CRM": SchemaConfig("crm", True, tables)}
    connectors = {**found.connectors, CRM: replace(found.connectors[CRM], schemas=schemas)}
    return replace(found, connectors=connectors)


def told(before: AccountState | None, after: AccountState) -> list[str]:
    return [str(change) for change in changes(before, after)]


BEFORE = dict(state().connectors[CRM].schemas["CRM"].tables)


@given(states)
def test_nothing_changed(found: AccountState) -> None:
    assert told(found, found) == []


@given(states, states)
def test_what_is_added_one_way_is_removed_the_other_way(one: AccountState, other: AccountState) -> None:
    def count(found: list[str], sign: str) -> Counter[str]:
        return Counter(line.split()[1] for line in found if line.startswith(sign))

    there, back = told(one, other), told(other, one)
    assert count(there, "+") == count(back, "-")
    assert count(there, "-") == count(back, "+")
    assert len(there) == len(back)
    assert bool(there) is (one != other)


def test_connectors() -> None:
    after = state()
    one = replace(after, connectors={CRM: after.connectors[CRM]})
    assert told(one, after) == [
        f"+ connector google_sheets.targets (google_sheets, {SHEET}: 1 tables, 2 columns)"
    ]
    assert told(after, one) == [
        f"- connector google_sheets.targets (google_sheets, {SHEET}: 1 tables, 2 columns)"
    ]
    renamed = replace(one, connectors={CRM: replace(after.connectors[CRM], name="sales", service="hubspot")})
    assert told(one, renamed) == [
        "~ connector crm renamed to sales",
        "~ connector sales changed its service from salesforce to hubspot",
    ]
    assert [line.split()[:2] for line in told(None, after)] == [
        ["+", "destination"],
        ["+", "connector"],
        ["+", "connector"],
    ]


def test_tables() -> None:
    assert told(state(), with_tables({**BEFORE, "LEAD": table("lead", ["id", "email"])})) == [
        "+ table crm.lead (2 columns)"
    ]
    assert told(state(), with_tables({name: each for name, each in BEFORE.items() if name != "CONTACT"})) == [
        "- table crm.contact (2 columns)"
    ]
    assert told(state(), with_tables({**BEFORE, "CONTACT": BEFORE["CONTACT"]._replace(name="person")})) == [
        "~ table crm.contact renamed to crm.person"
    ]
    toggled = {
        "CONTACT": BEFORE["CONTACT"]._replace(enabled=False),
        "INTERNAL_NOTE": BEFORE["INTERNAL_NOTE"]._replace(enabled=True),
    }
    assert told(state(), with_tables({**BEFORE, **toggled})) == [
        "~ table crm.contact disabled",
        "~ table crm.internal_note enabled",
    ]


def test_columns() -> None:
    old = BEFORE["ACCOUNT"].columns
    new = {
        "ID": old["ID"]._replace(primary_key=False),
        "NAME": old["NAME"]._replace(name="account_name"),
        "REGION": ColumnConfig("region", True, False),
    }
    assert told(state(), with_tables({**BEFORE, "ACCOUNT": BEFORE["ACCOUNT"]._replace(columns=new)})) == [
        "~ column crm.account.id changed is no longer in the key",
        "~ column crm.account.name renamed to crm.account.account_name",
        "- column crm.account.owner_id",
        "+ column crm.account.region",
    ]
