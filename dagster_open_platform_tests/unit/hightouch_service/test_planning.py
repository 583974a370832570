"""What a run sends, beside a computation of the test's own."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.services.saas.hightouch.planning import (
    ADDED,
    CHANGED,
    OPERATIONS,
    REMOVED,
    Sent,
    planned,
)

KEYS = st.sampled_from("abcdefg")
ROWS = st.dictionaries(KEYS, st.fixed_dictionaries({"value": st.integers(0, 2)}))
SENT = st.dictionaries(
    KEYS, st.builds(Sent, st.fixed_dictionaries({"value": st.integers(0, 2)}), st.booleans())
)
COUNTERPARTS = st.frozensets(KEYS)


@given(ROWS, SENT, COUNTERPARTS, st.booleans())
def test_what_is_sent_makes_the_crm_what_the_model_is(
    rows: Mapping[str, Mapping[str, int]],
    before: Mapping[str, Sent],
    there: frozenset[str],
    full: bool,
) -> None:
    # What the CRM holds: of every row that was sent and had a counterpart, its values.
    crm = {key: dict(sent.row) for key, sent in before.items() if sent.had_counterpart}
    operations = planned(rows, before, there.__contains__, full=full)
    for each in operations:
        crm[each.key] = dict(each.row)
    assert len({each.key for each in operations}) == len(operations)
    for key in crm.keys() | (rows.keys() & there):
        assert crm[key] == rows.get(key, {"value": None})
    if full:
        assert rows.keys() <= {each.key for each in operations}
    else:
        # Nothing is sent that was sent before and is the same.
        same = {key for key, sent in before.items() if sent.had_counterpart and rows.get(key) == sent.row}
        assert not same & {each.key for each in operations}


@given(ROWS, SENT)
def test_each_operation_is_called_what_it_is(
    rows: Mapping[str, Mapping[str, int]], before: Mapping[str, Sent]
) -> None:
    operations = planned(rows, before, lambda _key: False, full=False)
    by_kind = {kind: {each.key for each in operations if each.kind == kind} for kind in OPERATIONS}
    assert by_kind[ADDED] == rows.keys() - before.keys()
    assert by_kind[REMOVED] == before.keys() - rows.keys()
    both = rows.keys() & before.keys()
    assert by_kind[CHANGED] == {key for key in both if rows[key] != before[key].row}
