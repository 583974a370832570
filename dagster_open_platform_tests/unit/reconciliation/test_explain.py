"""Each reason by its evidence, and what is not evidence."""

import datetime as dt
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.reconciliation.explain import Reason, compare
from dagster_open_platform.lib.reconciliation.holders import PAIRS, Held, Holder, ReconciledTable
from dagster_open_platform.lib.reconciliation.reading import key_facts
from dagster_open_platform.lib.reconciliation.report import COLUMNS, every_difference_is_explained, rows_of
from dagster_open_platform_tests.unit.reconciliation.history import (
    KEPT,
    START,
    WHOLE,
    ChangeRow,
    CopyRow,
    History,
    Row,
    random_history,
)

LOADED, POSITION, NOW = 1000.0, 1200.0, 1400.0
"""Minutes: the copy was loaded, the last change has arrived, it is looked at."""
P, S, D, M = Holder


def reasons(
    history: History, table: ReconciledTable = WHOLE
) -> dict[tuple[Holder, Holder], dict[Reason, int]]:
    """The reasons of each pair that differs."""
    held = history.held(table)
    return {
        (each.left, each.right): dict(each.reasons) for each in compare(held, key_facts(held)) if each.reasons
    }


def ordinary() -> History:
    """Everything is everywhere: rows that were there before the full load, and one that came just before the last load."""
    history = History([Row(2 * key, -100 + key, -99 + key) for key in range(5)], NOW)
    history.rows.append(Row(90, POSITION - 1, POSITION - 1, deleted=POSITION))
    history.load_whole(LOADED, LOADED)
    history.replicate(0, POSITION)
    return history


def with_row(row: Row, table: ReconciledTable = WHOLE) -> History:
    """The same with one row more, which every place gets as it should."""
    history = ordinary()
    history.rows.append(row)
    for load in range(100, int(LOADED) + 1, 100):
        (history.load_new if table.keeps_deleted else history.load_whole)(load, load)
    history.changes.clear()
    history.replicate(0, POSITION)
    return history


def everywhere(
    reason: Reason, *pairs: tuple[Holder, Holder]
) -> dict[tuple[Holder, Holder], dict[Reason, int]]:
    return {pair: {reason: 1} for pair in pairs}


def test_without_differences_there_is_nothing_to_explain() -> None:
    assert reasons(ordinary()) == {}


@pytest.mark.parametrize("table", [WHOLE, KEPT])
def test_a_row_created_since_the_copy_was_loaded(table: ReconciledTable) -> None:
    found = reasons(with_row(Row(100, 1100, 1101), table), table)
    assert found == everywhere(Reason.NEWER_THAN_COPY, (P, S), (P, M), (S, D), (D, M))


def test_a_row_that_was_committed_after_the_load_although_it_was_created_before() -> None:
    found = reasons(with_row(Row(100, LOADED - 4, LOADED + 0.5)))
    assert found == everywhere(Reason.NEWER_THAN_COPY, (P, S), (P, M), (S, D), (D, M))


def test_a_row_that_no_place_but_the_source_has_yet() -> None:
    found = reasons(with_row(Row(100, 1300, 1301)))
    assert found == everywhere(Reason.NEWER_THAN_COPY, (P, S), (P, M)) | everywhere(
        Reason.INSERT_NOT_ARRIVED, (P, D)
    )


def test_a_row_that_the_change_table_has_not_yet_and_the_copy_has() -> None:
    history = ordinary()
    history.rows.append(Row(100, 1250, 1251))
    history.load_whole(1300, 1300)
    assert reasons(history) == everywhere(Reason.INSERT_NOT_ARRIVED, (P, D), (S, D), (D, M))


def test_a_row_deleted_since_the_copy_was_loaded() -> None:
    found = reasons(with_row(Row(100, 50, 51, deleted=1100)))
    assert found == everywhere(Reason.DELETED_SINCE_COPY, (P, S), (P, M), (S, D), (D, M))


def test_a_delete_that_no_place_but_the_source_knows() -> None:
    found = reasons(with_row(Row(100, 50, 51, deleted=1300)))
    assert found == everywhere(Reason.DELETED_SINCE_COPY, (P, S), (P, M)) | everywhere(
        Reason.DELETE_NOT_ARRIVED, (P, D)
    )


def test_a_delete_that_the_change_table_has_not_yet_and_the_copy_has() -> None:
    history = with_row(Row(100, 50, 51, deleted=1300))
    history.load_whole(1350, 1350)
    assert reasons(history) == everywhere(Reason.DELETE_NOT_ARRIVED, (P, D), (S, D), (D, M))


def test_a_row_deleted_while_the_load_that_had_begun_before_read_the_source() -> None:
    history = with_row(Row(100, 50, 51, deleted=LOADED + 35))
    history.rows.append(Row(92, LOADED + 29, LOADED + 30))
    history.load_whole(LOADED, read=LOADED + 40)
    history.changes.clear()
    history.replicate(0, LOADED + 30)
    assert reasons(history) == everywhere(Reason.DELETE_NOT_ARRIVED, (P, D), (S, D), (D, M))


def test_a_deleted_row_that_an_incremental_copy_keeps() -> None:
    found = reasons(with_row(Row(100, 50, 51, deleted=600), KEPT), KEPT)
    assert found == everywhere(Reason.KEPT_BY_COPY, (P, S), (P, M), (S, D), (D, M))


def test_a_row_deleted_before_there_were_change_files_that_an_incremental_copy_keeps() -> None:
    history = ordinary()
    history.copy.append(CopyRow(100, -50, 100))
    assert reasons(history, KEPT) == everywhere(Reason.KEPT_BY_COPY, (P, S), (P, M), (S, D), (D, M))
    # A whole copy has it from nowhere.
    assert reasons(history) == everywhere(Reason.UNEXPLAINED, (P, S), (P, M), (S, D), (D, M))


def test_rows_that_the_model_filters_and_adds() -> None:
    history = ordinary()
    history.filters = True
    history.copy[0].is_internal = True
    history.others = [1, 3]
    both = {Reason.FILTERED: 1, Reason.OTHER_DATABASE: 2}
    assert reasons(history) == {(P, M): both, (S, M): both, (D, M): both}


LOST = "a row that the load lost"
LOST_OF_LATE = "a row of the last hours that the load lost"
MADE_UP = "a row of the copy that the source never had"
LOST_INSERT = "an insert that never arrived"
LOST_DELETE = "a delete that never arrived"
ZOMBIE = "a row that the load has although it was deleted before"
INVENTED = "a live row of the change table that the source never had"


def faulty(fault: str) -> tuple[History, ReconciledTable, set[tuple[Holder, Holder]]]:
    """A history with a fault about key 100, and the pairs that it shows in."""
    row = Row(100, 50, 51)
    if fault in (LOST, LOST_OF_LATE):
        history = with_row(row if fault == LOST else Row(100, LOADED - 6, LOADED - 5.5))
        history.copy = [each for each in history.copy if each.key != 100]
        return history, WHOLE, {(P, S), (P, M), (S, D), (D, M)}
    if fault == MADE_UP:
        history = ordinary()
        history.copy.append(CopyRow(100, 500, LOADED))
        return history, KEPT, {(P, S), (P, M), (S, D), (D, M)}
    if fault == LOST_INSERT:
        history = with_row(row)
        history.changes = [each for each in history.changes if each.key != 100]
        return history, WHOLE, {(P, D), (S, D), (D, M)}
    if fault == LOST_DELETE:
        history = with_row(Row(100, 50, 51, deleted=600))
        history.changes = [each for each in history.changes if each.key != 100]
        history.changes.append(ChangeRow(100, 50, 51, False, 510))
        return history, WHOLE, {(P, D), (S, D), (D, M)}
    if fault == ZOMBIE:
        history = with_row(Row(100, 50, 51, deleted=600))
        history.copy.append(CopyRow(100, 50, LOADED))
        return history, WHOLE, {(P, S), (P, M), (S, D), (D, M)}
    assert fault == INVENTED
    history = ordinary()
    history.changes.append(ChangeRow(100, 500, 500, False, 5000))
    return history, WHOLE, {(P, D), (S, D), (D, M)}


@pytest.mark.parametrize("fault", [LOST, LOST_OF_LATE, MADE_UP, LOST_INSERT, LOST_DELETE, ZOMBIE, INVENTED])
def test_what_nothing_explains(fault: str) -> None:
    history, table, pairs = faulty(fault)
    # Enough that the position of the change table is well after the load.
    history.changes.append(ChangeRow(90, None, POSITION, True, 12000))
    found = reasons(history, table)
    assert {pair for pair, why in found.items() if Reason.UNEXPLAINED in why} == pairs
    held = history.held(table)
    results = [(held, compare(held, key_facts(held)))]
    check = every_difference_is_explained(results)
    assert not check.passed
    assert "100 (only " in str(check.description)
    assert check.metadata["unexplained"].value == len(pairs)


def test_a_change_that_is_a_day_behind_the_other_tables_is_not_on_its_way() -> None:
    """An insert after the table's last change is not to be told from a late one, until the replication is a day further."""
    history = with_row(Row(100, 1300, 1301))
    held = history.held(WHOLE)
    for hours, reason in ((20, Reason.INSERT_NOT_ARRIVED), (25, Reason.UNEXPLAINED)):
        later = START + dt.timedelta(minutes=1300, hours=hours)
        moments = type(held.moments)(
            held.moments.loaded_at, held.moments.changed_at, later, held.moments.full_load_at
        )
        moved = Held(held.table, held.rows, held.repeated, moments, held.differing)
        (pair,) = [each for each in compare(moved, key_facts(moved)) if (each.left, each.right) == (P, D)]
        assert pair.reasons == {reason: 1}


def test_rows_that_repeat_a_key_are_not_explained() -> None:
    history = ordinary()
    history.copy.append(history.copy[0])
    history.changes.append(ChangeRow(2, 0, 0, True, 0))  # live and deleted
    held = history.held(WHOLE)
    assert held.repeated == {P: 0, S: 1, D: 1, M: 1}
    results = [(held, compare(held, key_facts(held)))]
    assert adds_up(held, history)
    check = every_difference_is_explained(results)
    assert not check.passed
    assert "rows repeat a key" in str(check.description)


def adds_up(held: Held, history: History) -> bool:
    """Whether the numbers of every pair are those of the keys, and their parts make the whole."""
    comparisons = compare(held, key_facts(held))
    assert [(each.left, each.right) for each in comparisons] == list(PAIRS)
    for each in comparisons:
        left, right = history.keys(each.left), history.keys(each.right)
        assert (each.only_left, each.only_right) == (len(left - right), len(right - left))
        assert each.left_rows == len(left) + each.left_repeated
        assert each.right_rows == len(right) + each.right_repeated
        difference = each.only_left - each.only_right + each.left_repeated - each.right_repeated
        assert each.left_rows - each.right_rows == difference
        assert sum(each.reasons.values()) == each.only_left + each.only_right
    for row in rows_of([(held, comparisons)], START).to_pylist():
        parts = sum(row[reason.value] for reason in Reason)
        assert parts == row["only_left"] + row["only_right"] + row["left_repeated"] + row["right_repeated"]
        assert list(row) == [column.name for column in COLUMNS]
    return True


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32), table=st.sampled_from([WHOLE, KEPT]))
def test_whatever_happened_everything_is_explained_and_adds_up(seed: int, table: ReconciledTable) -> None:
    history = random_history(random.Random(seed), table)  # noqa: S311 - a test's choices
    held = history.held(table)
    comparisons = compare(held, key_facts(held))
    assert {pair: each for pair, each in reasons(history, table).items() if Reason.UNEXPLAINED in each} == {}
    assert [each.samples for each in comparisons] == [[]] * 6
    assert adds_up(held, history)


def test_histories_have_every_reason() -> None:
    """What the test above would not notice if it never happened."""
    seen: Counter[Reason] = Counter()
    for seed in range(150):
        table = KEPT if seed % 2 else WHOLE
        history = random_history(random.Random(seed), table)  # noqa: S311 - a test's choices
        for why in reasons(history, table).values():
            seen.update(why)
    assert set(seen) == set(Reason) - {Reason.UNEXPLAINED}


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), table=st.sampled_from([WHOLE, KEPT]))
def test_the_numbers_add_up_whatever_the_places_hold(seed: int, table: ReconciledTable) -> None:
    """Also where they have nothing to do with one another."""
    draw = random.Random(seed)  # noqa: S311 - a test's choices
    one, other = random_history(draw, table), random_history(draw, table)
    mixed = History(one.rows, one.now, other.copy, [*one.changes[::2], *other.changes[1::2]], other.others)
    mixed.copy += draw.sample(mixed.copy, k=len(mixed.copy) // 3)
    assert adds_up(mixed.held(table), mixed)
