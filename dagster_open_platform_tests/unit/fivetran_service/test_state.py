"""What Fivetran knows about a connection outlives the process."""

import datetime as dt
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.services.saas.fivetran.state import (
    INTERRUPTED,
    ConnectionState,
    StateFile,
    UnreadableStateError,
    text_of,
)

NOW = dt.datetime(2026, 9, 17, 6, tzinfo=dt.UTC)
naive = st.datetimes(dt.datetime.fromisoformat("2020-01-01"), dt.datetime.fromisoformat("2030-01-01"))
moments = naive.map(lambda moment: text_of(moment.replace(tzinfo=dt.UTC)))
states = st.builds(
    ConnectionState,
    paused=st.booleans(),
    succeeded_at=st.none() | moments,
    failed_at=st.none() | moments,
    failure=st.none() | st.text(max_size=5),
    rescheduled_for=st.none() | moments,
    tables=st.dictionaries(st.text(max_size=3), st.booleans(), max_size=2),
    columns=st.dictionaries(
        st.text(max_size=3), st.dictionaries(st.text(max_size=3), st.booleans(), max_size=2)
    ),
    setup_tests=st.none() | st.just([{"title": "t", "status": "FAILED", "message": "m"}]),
    next_sync_fails=st.none() | st.text(max_size=5),
    sync_seconds=st.floats(0, 10),
)


def opened(path: Path) -> StateFile:
    return StateFile(path, ["one", "two"], lambda: NOW)


@given(states)
def test_another_process_finds_it_as_it_was(state: ConnectionState) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "fivetran.json"
        opened(path).change("one", lambda _: state)
        found = opened(path)
        assert (found.get("one"), found.get("two")) == (state, ConnectionState())
        assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_sync_that_ran_when_the_process_died_has_failed(tmp_path: Path) -> None:
    path = tmp_path / "fivetran.json"
    opened(path).change("one", lambda state: replace(state, syncing_since=text_of(NOW)))

    state = opened(path).get("one")

    assert state == ConnectionState(failed_at=text_of(NOW), failure=INTERRUPTED)


@pytest.mark.parametrize("failure", [None, "a reason"])
@given(states)
def test_the_end_of_a_sync_is_always_later_than_the_end_before(
    failure: str | None, state: ConnectionState
) -> None:
    before = [moment for moment in (state.succeeded_at, state.failed_at) if moment]

    after = state.completed(NOW, failure)

    ended = after.succeeded_at if failure is None else after.failed_at
    assert ended is not None
    assert all(dt.datetime.fromisoformat(ended) > dt.datetime.fromisoformat(each) for each in before)
    assert (after.failure, after.syncing_since) == (failure, None)
    touched = {
        "succeeded_at",
        "failed_at",
        "failure",
        "syncing_since",
        "rescheduled_for",
        "is_historical_sync",
    }
    assert all(
        getattr(after, each.name) == getattr(state, each.name)
        for each in fields(state)
        if each.name not in touched
    )


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"connections": {"one": {"unknown": 1}}}'])
def test_a_file_of_another_version_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "fivetran.json"
    path.write_text(content)
    with pytest.raises(UnreadableStateError, match=r"fivetran\.json.*just reset"):
        opened(path)
    assert path.read_text() == content


def test_a_connection_that_is_gone_is_not_found(tmp_path: Path) -> None:
    found = opened(tmp_path / "fivetran.json")
    found.change("one", lambda state: replace(state, deleted=True))
    assert (found.get("one"), found.get("three")) == (None, None)
    with pytest.raises(KeyError):
        found.change("three", lambda state: state)


def test_which_state_is_shown() -> None:
    later, earlier = text_of(NOW + dt.timedelta(seconds=1)), text_of(NOW)
    shown = {
        "scheduled": [ConnectionState(), ConnectionState(rescheduled_for=earlier)],
        "rescheduled": [ConnectionState(rescheduled_for=later)],
        "syncing": [ConnectionState(syncing_since=earlier, rescheduled_for=later)],
        "paused": [ConnectionState(paused=True, syncing_since=earlier, rescheduled_for=later)],
    }
    assert {name: {each.sync_state(NOW) for each in found} for name, found in shown.items()} == {
        name: {name} for name in shown
    }
