"""What each state of a connector means for a run that syncs it."""

import datetime as dt
import logging
from collections import deque
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.fivetran.errors import (
    ConnectorBroken,
    ConnectorDeleted,
    SyncFailed,
    SyncTimedOut,
)
from dagster_open_platform.lib.fivetran.fake import FakeFivetran, FakeSync
from dagster_open_platform.lib.fivetran.sync import (
    NotSynced,
    Reason,
    Resync,
    Synced,
    SyncLimits,
    sync_connector,
)
from dagster_open_platform.lib.http import ServerError
from dagster_open_platform.utils.fake_clock import FakeClock
from dagster_open_platform_tests.fixtures.fivetran_fake import CRM, NOON, YESTERDAY, account

LIMITS = SyncLimits(timeout=1000.0, patience=100.0)


class Interfering(FakeClock):
    """A clock at whose moments somebody does something."""

    def __init__(self, deeds: dict[float, Any]) -> None:
        super().__init__(NOON)
        self._deeds = deeds

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        waited = (self.now - NOON).total_seconds()
        for moment in [moment for moment in self._deeds if moment <= waited]:
            self._deeds.pop(moment)()


def sync(fake: FakeFivetran, resync: Resync | None = None) -> Synced | NotSynced:
    return sync_connector(fake, CRM, LIMITS, fake.clock, fake.clock.sleep, resync=resync)


def asked(fake: FakeFivetran, operation: str) -> int:
    return sum(call[0] == operation for call in fake.calls)


def waited(fake: FakeFivetran) -> float:
    return (fake.clock.now - NOON).total_seconds()


def test_a_sync_is_started_once_and_waited_for() -> None:
    fake = account()
    fake[CRM].syncs = deque([FakeSync(seconds=30)])
    outcome = sync(fake)
    assert isinstance(outcome, Synced)
    assert outcome.connector.succeeded_at == NOON + dt.timedelta(seconds=30)
    assert not outcome.joined
    assert outcome.seconds == pytest.approx(waited(fake))
    assert asked(fake, "start_sync") == 1
    assert asked(fake, "use_manual_schedule") == 0


@given(st.floats(min_value=0.0, max_value=900.0))
def test_no_more_than_a_fifth_of_a_second_or_a_quarter_of_its_time_is_lost_after_a_sync_and_at_most_ten_seconds(
    seconds: float,
) -> None:
    fake = account()
    fake[CRM].syncs = deque([FakeSync(seconds=seconds)])
    assert isinstance(sync(fake), Synced)
    assert waited(fake) - seconds <= max(0.21, min(0.25 * seconds + 0.2, 10.0)) + 1e-6
    assert fake.clock.waits[0] == pytest.approx(0.2)
    assert fake.clock.waits == sorted(fake.clock.waits)


def test_a_running_sync_is_joined() -> None:
    fake = account()
    fake[CRM].syncs = deque([FakeSync(seconds=30), FakeSync(fails=True)])
    fake.start_sync(CRM)
    fake.calls.clear()
    outcome = sync(fake)
    assert isinstance(outcome, Synced)
    assert outcome.joined
    assert asked(fake, "start_sync") == 0


def test_a_paused_connector_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    fake = account()
    fake.change(CRM, paused=True, schedule_type="auto")
    with caplog.at_level(logging.WARNING):
        outcome = sync(fake)
    assert isinstance(outcome, NotSynced)
    assert outcome.reason is Reason.PAUSED
    assert [call[0] for call in fake.calls] == ["connector"]
    assert waited(fake) == 0
    assert outcome.message in caplog.text


def test_a_connector_that_is_paused_while_it_is_waited_for_is_left() -> None:
    fake = account()
    fake.clock = Interfering({5.0: lambda: fake.change(CRM, paused=True)})
    fake[CRM].syncs = deque([FakeSync(seconds=500)])
    outcome = sync(fake)
    assert isinstance(outcome, NotSynced)
    assert outcome.reason is Reason.PAUSED


@pytest.mark.parametrize("state", ["broken", "incomplete"])
def test_a_connector_that_cannot_sync_fails_for_good_with_what_fivetran_says(state: str) -> None:
    fake = account()
    fake.change(CRM, setup_state=state, problems=("reconnect: The password has expired",))
    with pytest.raises(ConnectorBroken, match=f"crm is {state} .*The password has expired.*{CRM}") as raised:
        sync(fake)
    assert raised.value.allow_retries is False
    assert asked(fake, "start_sync") == 0


def test_a_connector_that_breaks_while_it_is_waited_for_fails_for_good() -> None:
    fake = account()
    fake.clock = Interfering({5.0: lambda: fake.change(CRM, setup_state="broken", problems=("no access",))})
    fake[CRM].syncs = deque([FakeSync(seconds=500)])
    with pytest.raises(ConnectorBroken, match="no access"):
        sync(fake)


@pytest.mark.parametrize("moment", [None, 5.0])
def test_a_deleted_connector_fails_for_good_and_names_the_command(moment: float | None) -> None:
    fake = account()
    if moment is None:
        fake.delete(CRM)
    else:
        fake.clock = Interfering({moment: lambda: fake.delete(CRM)})
        fake[CRM].syncs = deque([FakeSync(seconds=500)])
    with pytest.raises(ConnectorDeleted, match=f"{CRM}.*`just refresh-state`") as raised:
        sync(fake)
    assert raised.value.allow_retries is False


def test_a_failed_sync_may_be_tried_again_and_tells_the_reason() -> None:
    fake = account()
    fake[CRM].syncs = deque([FakeSync(fails=True, problems=("API limit reached",))])
    with pytest.raises(SyncFailed, match="API limit reached") as raised:
        sync(fake)
    assert raised.value.allow_retries is True
    assert isinstance(sync(fake), Synced)


def test_a_failure_of_yesterday_says_nothing_of_today() -> None:
    fake = account()
    fake.change(CRM, succeeded_at=None, failed_at=YESTERDAY)
    assert isinstance(sync(fake), Synced)


def test_a_sync_that_takes_too_long_is_left_running_and_joined_later() -> None:
    fake = account()
    fake[CRM].syncs = deque([FakeSync(seconds=1100)])
    with pytest.raises(SyncTimedOut, match="goes on"):
        sync(fake)
    assert LIMITS.timeout <= waited(fake) <= LIMITS.timeout + LIMITS.longest_poll
    outcome = sync(fake)
    assert isinstance(outcome, Synced)
    assert outcome.joined
    assert asked(fake, "start_sync") == 1


@given(st.floats(min_value=1.0, max_value=300.0))
def test_a_sync_that_is_put_off_is_waited_for_if_it_comes_in_time_and_started_again_then(
    seconds: float,
) -> None:
    fake = account()
    fake[CRM].syncs = deque([FakeSync(seconds=5, rescheduled_seconds=seconds)])
    outcome = sync(fake)
    if seconds < LIMITS.patience - 1:
        assert isinstance(outcome, Synced)
        assert asked(fake, "start_sync") == 2
        assert outcome.connector.succeeded_at is not None
        assert outcome.connector.succeeded_at >= NOON + dt.timedelta(seconds=seconds)
    elif seconds > LIMITS.patience:
        assert isinstance(outcome, NotSynced)
        assert outcome.reason is Reason.RESCHEDULED
        assert "until 2026-06-10" in outcome.message
        assert outcome.connector.succeeded_at == YESTERDAY
        # Nobody waits for what will not come in time.
        assert waited(fake) < 1


def test_a_sync_that_is_put_off_again_and_again_is_left_at_the_limit() -> None:
    fake = account()

    def put_off() -> None:
        fake.change(CRM, sync_state="rescheduled", rescheduled_for=fake.clock.now + dt.timedelta(seconds=1))
        moments[waited(fake) + 0.5] = put_off

    moments: dict[float, Any] = {0.0: put_off}
    fake.clock = Interfering(moments)
    outcome = sync(fake)
    assert isinstance(outcome, NotSynced)
    assert outcome.reason is Reason.RESCHEDULED
    assert LIMITS.patience - 2 <= waited(fake) <= LIMITS.patience + LIMITS.longest_poll


@given(st.floats(min_value=1.0, max_value=300.0), st.booleans())
def test_a_historical_sync_is_waited_for_up_to_the_limit(seconds: float, running: bool) -> None:
    fake = account()
    fake.change(CRM, is_historical_sync=True)
    fake[CRM].syncs = deque([FakeSync(seconds=seconds)])
    if running:
        fake.start_sync(CRM)
    outcome = sync(fake)
    if seconds <= LIMITS.patience:
        assert isinstance(outcome, Synced)
        assert outcome.joined is running
    elif seconds > LIMITS.patience + LIMITS.longest_poll:
        assert isinstance(outcome, NotSynced)
        assert outcome.reason is Reason.HISTORICAL_SYNC
        assert LIMITS.patience <= waited(fake) <= LIMITS.patience + LIMITS.longest_poll
    assert asked(fake, "start_sync") == 1


def test_a_connector_on_fivetrans_schedule_is_taken_off_it_and_that_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fake = account()
    fake.change(CRM, schedule_type="auto")
    with caplog.at_level(logging.WARNING):
        assert isinstance(sync(fake), Synced)
    assert "Fivetran's own schedule" in caplog.text
    assert fake[CRM].details.schedule_type == "manual"
    sync(fake)
    assert asked(fake, "use_manual_schedule") == 1


@pytest.mark.parametrize("tables", [None, {"CRM": ["ACCOUNT"]}])
def test_a_resync_is_waited_for_beyond_the_limit_for_historical_syncs(
    tables: dict[str, list[str]] | None,
) -> None:
    fake = account()
    fake[CRM].syncs = deque([FakeSync(seconds=500)])
    outcome = sync(fake, Resync(tables))
    assert isinstance(outcome, Synced)
    assert ("start_resync", CRM, tables) in fake.calls
    assert asked(fake, "start_sync") == 0


def test_a_resync_that_is_running_is_joined_when_it_is_asked_for_again() -> None:
    fake = account()
    fake[CRM].syncs = deque([FakeSync(seconds=1500)])
    with pytest.raises(SyncTimedOut):
        sync(fake, Resync())
    assert isinstance(sync(fake, Resync()), Synced)
    assert asked(fake, "start_resync") == 1


def test_a_sync_that_ends_before_the_resync_begins_does_not_count_as_it() -> None:
    fake = account()

    def ordinary_sync_ends() -> None:
        fake[CRM].details = replace(fake[CRM].details, succeeded_at=fake.clock.now, is_historical_sync=True)

    fake.clock = Interfering({2.0: ordinary_sync_ends})
    fake[CRM].syncs = deque([FakeSync(seconds=50)])
    outcome = sync(fake, Resync())
    assert isinstance(outcome, Synced)
    assert outcome.connector.succeeded_at == NOON + dt.timedelta(seconds=50)


def test_what_http_says_is_passed_on() -> None:
    fake = account()
    fake.fail_next("connector", ServerError("Fivetran answered 503."))
    with pytest.raises(ServerError, match="503"):
        sync(fake)
