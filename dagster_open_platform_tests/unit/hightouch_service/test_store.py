"""What was written into the CRM, beside a dictionary."""

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.services.saas.crm.objects import ACCOUNT, COMPANIES, CrmObject
from dagster_open_platform_local.services.saas.crm.store import CrmStore

NOW = dt.datetime(2026, 7, 6, 10, tzinfo=dt.UTC)
TRACKED, OTHER = "dagster_plan_c", "dagster_region_c"
WRITES = st.lists(
    st.dictionaries(
        st.sampled_from(["1", "2", "3"]),
        st.dictionaries(st.sampled_from([TRACKED, OTHER]), st.sampled_from(["a", "b", None]), min_size=1),
    ),
    max_size=6,
)
Batch = dict[str, dict[str, Any]]


def values_of(store: CrmStore, thing: CrmObject) -> Batch:
    return {record: dict(written.values) for record, written in store.written(thing).items()}


@settings(max_examples=25)
@given(WRITES)
def test_it_holds_what_was_written_last_and_how_tracked_fields_came_there(writes: Sequence[Batch]) -> None:
    expected: Batch = {}
    changes: list[tuple[str, Any, Any]] = []
    with tempfile.TemporaryDirectory() as directory:
        for batch in writes:
            before = {record: dict(values) for record, values in expected.items()}
            for record, values in batch.items():
                old = before.get(record, {}).get(TRACKED)
                if TRACKED in values and values[TRACKED] != old:
                    changes.append((record, old, values[TRACKED]))
                expected.setdefault(record, {}).update(values)
            count = CrmStore(Path(directory)).write(ACCOUNT, batch, NOW)
            assert count == sum(expected[record] != before.get(record) for record in batch)
        store = CrmStore(Path(directory))
        assert values_of(store, ACCOUNT) == expected
        found = store.changes(ACCOUNT)
        assert [(each.record, each.old, each.new) for each in found] == changes
        assert [each.id for each in found] == sorted({each.id for each in found})
        for record in expected:
            moments = [each.moment for each in found if each.record == record]
            assert moments == sorted(set(moments))
            one = store.written_into(ACCOUNT, record)
            assert one == store.written(ACCOUNT)[record]
        assert values_of(store, COMPANIES) == {}


def test_a_later_write_counts_as_later_though_the_clock_stands_still_or_goes_back(tmp_path: Path) -> None:
    store = CrmStore(tmp_path)
    moments: list[dt.datetime] = []
    for number, now in enumerate([NOW, NOW, NOW - dt.timedelta(days=3), NOW + dt.timedelta(hours=1)]):
        store.write(ACCOUNT, {"1": {OTHER: str(number)}}, now)
        moments.append(store.written(ACCOUNT)["1"].moment)
    assert moments == sorted(set(moments))
    assert moments[0] == NOW
    assert moments[-1] == NOW + dt.timedelta(hours=1)


def test_what_is_the_same_changes_nothing(tmp_path: Path) -> None:
    store = CrmStore(tmp_path)
    assert store.write(ACCOUNT, {"1": {TRACKED: "a"}}, NOW) == 1
    before = store.written(ACCOUNT), store.changes(ACCOUNT)
    assert store.write(ACCOUNT, {"1": {TRACKED: "a"}}, NOW + dt.timedelta(days=1)) == 0
    assert (store.written(ACCOUNT), store.changes(ACCOUNT)) == before
    assert store.written_into(ACCOUNT, "2") is None
