"""A sensor tells each change of a table once, whatever else happens."""

from datetime import UTC, datetime, timedelta

import dagster as dg
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.observation.events import FRESHNESS_CHECK, Told, read_cursor, write_cursor
from dagster_open_platform.lib.observation.lookup import Answer
from dagster_open_platform.lib.observation.watch import told

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
KEYS = [dg.AssetKey(["vendor", name]) for name in ("a", "b")]

ANSWERS = st.one_of(
    st.none(), st.integers(0, 3).map(lambda hours: NOON - timedelta(hours=hours, microseconds=hours))
)
TICKS = st.lists(st.tuples(ANSWERS, ANSWERS), max_size=8)


def answer(updated_at: datetime | None) -> Answer:
    return Answer("db.vendor.t", updated_at, "" if updated_at else "Nobody knows.")


def observations(result: dg.SensorResult) -> dict[dg.AssetKey, datetime]:
    """What was observed: the data version and the time in the metadata are one."""
    found = {}
    for event in result.asset_events:
        if isinstance(event, dg.AssetObservation):
            version = datetime.fromisoformat(event.tags["dagster/data_version"])
            assert event.metadata["dagster/last_updated_timestamp"] == dg.MetadataValue.timestamp(version)
            assert event.metadata["dagster/table_name"] == dg.MetadataValue.text("db.vendor.t")
            found[event.asset_key] = version
    return found


def checks(result: dg.SensorResult) -> dict[dg.AssetKey, bool]:
    found = {}
    for event in result.asset_events:
        if isinstance(event, dg.AssetCheckEvaluation):
            assert event.check_name == FRESHNESS_CHECK
            assert event.severity is dg.AssetCheckSeverity.WARN
            found[event.asset_key] = event.passed
    return found


@given(ticks=TICKS)
def test_every_change_is_told_once(ticks: list[tuple[datetime | None, datetime | None]]) -> None:
    cursor: str | None = None
    last: dict[dg.AssetKey, datetime] = {}
    for tick in ticks:
        answers = {key: answer(at) for key, at in zip(KEYS, tick, strict=True)}
        result = told(answers, cursor, {}, NOON)
        cursor = result.cursor
        changed = {
            key: at for key, at in zip(KEYS, tick, strict=True) if at is not None and last.get(key) != at
        }
        assert observations(result) == changed
        assert len(result.asset_events) == len(changed)
        assert result.skip_reason is not None
        message = str(result.skip_reason.skip_message)
        assert message.startswith(f"{len(changed)} of 2 tables changed")
        assert message.count("Nobody knows.") == tick.count(None)
        last |= changed


@given(ticks=st.lists(st.tuples(ANSWERS, st.integers(0, 10)), max_size=8))
def test_a_check_follows_the_last_known_change_and_is_told_when_it_says_something_else(
    ticks: list[tuple[datetime | None, int]],
) -> None:
    window = timedelta(hours=4)
    cursor, now = None, NOON
    known: datetime | None = None
    said: bool | None = None
    for at, hours in ticks:
        now += timedelta(hours=hours)
        result = told({KEYS[0]: answer(at)}, cursor, {KEYS[0]: window}, now)
        cursor = result.cursor
        is_new = at is not None and at != known
        known = at or known
        fresh = None if known is None else now - known <= window
        wanted = {KEYS[0]: fresh} if fresh is not None and (is_new or fresh != said) else {}
        assert checks(result) == wanted
        said = fresh


def test_a_table_that_is_not_watched_any_more_is_forgotten() -> None:
    both = told({key: answer(NOON) for key in KEYS}, None, {}, NOON)
    one = told({KEYS[0]: answer(NOON)}, both.cursor, {}, NOON)
    assert list(read_cursor(one.cursor)) == ["vendor/a"]
    assert observations(told({key: answer(NOON) for key in KEYS}, one.cursor, {}, NOON)) == {KEYS[1]: NOON}


@given(cursor=st.none() | st.text() | st.sampled_from(["[]", "3", '{"a": 1}', '{"a": {"when": 1}}', "{"]))
def test_a_cursor_that_somebody_else_wrote_is_as_good_as_none(cursor: str | None) -> None:
    assert observations(told({KEYS[0]: answer(NOON)}, cursor, {}, NOON)) == {KEYS[0]: NOON}


@given(
    st.dictionaries(
        st.text(),
        st.builds(Told, st.none() | st.datetimes().map(datetime.isoformat), st.none() | st.booleans()),
    )
)
def test_a_cursor_is_read_as_it_was_written(before: dict[str, Told]) -> None:
    assert read_cursor(write_cursor(before)) == before
