"""The workspace's syncs beside the company's CRM: every field is there, and every value that the product can have fits."""

import datetime as dt
import re

import pytest

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.saas.crm.objects import OBJECTS, CrmObject, field_name
from dagster_open_platform_local.services.saas.crm.records import Crm
from dagster_open_platform_local.services.saas.hightouch.syncs import SYNCS, Sync
from dagster_open_platform_local.services.saas.hightouch.vendor import VARIABLES

CLOCK = CompanyClock(CompanySettings(scale=0.2), dt.date(2026, 7, 6))


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Crm:
    return Crm(tmp_path_factory.mktemp("company"), lambda: CLOCK)


def fivetrans_name(name: str) -> str:
    """Of a Salesforce field: words that begin with a capital are told apart, digits too, all in lower case."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=\d)", "_", name)
    return re.sub("_+", "_", words).lower()


def test_twelve_syncs_write_each_field_from_one_model() -> None:
    assert len({sync.id for sync in SYNCS}) == len({sync.slug for sync in SYNCS}) == len(SYNCS) == 12
    written = [(sync.thing, column) for sync in SYNCS for column in sync.mappings.values()]
    assert len(set(written)) == len(written)
    ours = {
        (thing, name) for thing in OBJECTS for name in thing.fields if name not in ("email", "property_email")
    }
    assert set(written) == ours
    assert {sync.variable: sync.id for sync in SYNCS} == VARIABLES.others


@pytest.mark.parametrize("thing", OBJECTS, ids=lambda each: f"{each.vendor} {each.name}")
def test_names_at_the_vendor_become_the_columns_that_fivetran_makes_of_them(thing: CrmObject) -> None:
    columns = [
        each.name for each in layouts(thing.vendor)[thing.table].columns if not each.name.startswith("_")
    ]
    names = [field_name(thing.vendor, each) for each in columns]
    assert len(set(names)) == len(names)
    if thing.vendor == "hubspot":
        assert all(column in (name, f"property_{name}") for name, column in zip(names, columns, strict=True))
    else:
        assert [fivetrans_name(name) for name in names] == columns


@pytest.mark.parametrize("sync", SYNCS, ids=lambda each: each.slug)
def test_every_sync_finds_most_records_and_no_deleted_ones(sync: Sync, crm: Crm) -> None:
    found = crm.found_by(sync.thing, sync.match)
    assert len(found) > 20
    for key, records in list(found.items())[:50]:
        for record in records:
            row = crm.record(sync.thing, record)
            assert row is not None
            assert str(row[sync.match]).removesuffix(".0") == key
    twice = [records for records in found.values() if len(records) > 1]
    for records in twice:
        made = [(crm.record(sync.thing, each) or {})[sync.thing.created] for each in records]
        assert made == sorted(made)
