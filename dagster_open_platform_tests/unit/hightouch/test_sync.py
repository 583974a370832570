"""Which run a sync is waited for with, and for how long."""

import datetime as dt
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.hightouch.errors import SyncNotFound, SyncTimedOut
from dagster_open_platform.lib.hightouch.fake import FakeHightouch, FakeRun
from dagster_open_platform.lib.hightouch.protocol import ENDED, QUEUED, RowCounts, SyncDetails
from dagster_open_platform.lib.hightouch.sync import Disabled, Ended, SyncLimits, run_sync
from dagster_open_platform.lib.http import RequestRejected, ServerError
from dagster_open_platform_tests.fixtures.hightouch_fake import ARR, PLAN, VARIABLE, workspace

MINUTE = dt.timedelta(minutes=1)


def ended(
    fake: FakeHightouch,
    limits: SyncLimits | None = None,
    *,
    full: bool = False,
    made_at: dt.datetime | None = None,
) -> Ended:
    """A run that is waited for and ends."""
    found = run_sync(
        fake,
        ARR,
        limits,
        fake.clock,
        fake.clock.sleep,
        named_by=VARIABLE,
        full_resync=full,
        model_made_at=made_at,
    )
    assert isinstance(found, Ended)
    return found


def triggered(fake: FakeHightouch) -> list[bool]:
    """Whether each run that was asked for was to send all rows."""
    return [bool(call[2]) for call in fake.calls if call[0] == "trigger"]


@given(st.floats(0, 3000), st.sampled_from(sorted(ENDED)), st.floats(0, 100))
def test_a_run_is_waited_for_until_it_ends(seconds: float, status: str, hidden: float) -> None:
    fake = workspace()
    fake.plan(ARR, FakeRun(seconds, status, hidden_seconds=hidden))
    limits = SyncLimits()
    found = ended(fake, limits)
    assert (found.run.status, found.joined) == (status, False)
    needed = max(seconds, hidden)
    assert needed <= found.seconds + 1e-3
    # A quarter of what it takes, or the longest wait; and the first look.
    assert found.seconds <= needed + min(needed / 4, limits.longest_poll) + limits.first_poll + 1e-3
    assert max(fake.clock.waits) <= limits.longest_poll
    assert triggered(fake) == [False]


@given(st.floats(1, 500))
def test_waiting_ends(timeout: float) -> None:
    fake = workspace()
    fake.plan(ARR, FakeRun(seconds=10**6))
    with pytest.raises(SyncTimedOut, match="is processing"):
        ended(fake, SyncLimits(timeout))
    assert timeout <= sum(fake.clock.waits) + 1e-3
    assert sum(fake.clock.waits) <= timeout + SyncLimits().first_poll + 1e-3


def test_a_run_that_never_shows_ends_the_waiting() -> None:
    fake = workspace()
    fake.plan(ARR, FakeRun(hidden_seconds=10**6))
    with pytest.raises(SyncTimedOut, match="cannot be seen yet"):
        ended(fake, SyncLimits(60))


def test_a_run_that_timed_out_is_joined_by_the_next_attempt() -> None:
    fake = workspace()
    made_at = fake.clock.now - MINUTE
    fake.plan(ARR, FakeRun(seconds=100))
    with pytest.raises(SyncTimedOut):
        ended(fake, SyncLimits(60), made_at=made_at)
    found = ended(fake, SyncLimits(60), made_at=made_at)
    assert found.joined
    assert triggered(fake) == [False]


@pytest.mark.parametrize("made_at", [None, MINUTE, -MINUTE])
def test_a_run_is_joined_only_if_it_reads_the_model_as_it_is_now(made_at: dt.timedelta | None) -> None:
    fake = workspace()
    fake.plan(ARR, FakeRun(seconds=600, query_size=1), FakeRun(seconds=5, query_size=2))
    began = fake.clock.now
    other = fake.start(ARR)
    fake.clock.sleep(120)
    found = ended(fake, made_at=began + made_at if made_at else None)
    joins = made_at == -MINUTE
    assert found.joined == joins
    assert (found.run.id == other) == joins
    assert found.run.query_size == (1 if joins else 2)
    assert triggered(fake) == ([] if joins else [False])


def test_a_run_that_waits_for_its_turn_is_the_one_that_hightouch_gives() -> None:
    fake = workspace()
    fake.plan(ARR, FakeRun(seconds=60), FakeRun(seconds=5, query_size=2))
    fake.start(ARR)
    fake.clock.sleep(1)
    waiting = fake.start(ARR)
    assert fake.latest_runs(ARR)[0].status == QUEUED
    found = ended(fake, made_at=fake.clock.now)
    assert found.run.id == waiting
    assert found.run.query_size == 2


def test_all_rows_are_sent_by_a_run_of_its_own() -> None:
    fake = workspace()
    fake.plan(ARR, FakeRun(seconds=60))
    other = fake.start(ARR)
    found = ended(fake, full=True, made_at=fake.clock.now - MINUTE)
    assert found.run.id != other
    assert triggered(fake) == [True]


def test_a_run_that_is_over_is_not_joined() -> None:
    fake = workspace()
    other = fake.start(ARR)
    fake.clock.sleep(30)
    assert ended(fake, made_at=fake.clock.now - MINUTE).run.id != other


def test_a_disabled_sync_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    fake = workspace()
    fake.disable(ARR)
    with caplog.at_level(logging.WARNING):
        found = run_sync(fake, ARR, None, fake.clock, fake.clock.sleep)
    assert isinstance(found, Disabled)
    assert triggered(fake) == []
    assert (
        found.message
        == "The sync account-arr (1001) is disabled in Hightouch. Nothing is sent, and nothing is materialized."
    )
    assert found.message in caplog.text


class DisabledMeanwhile(FakeHightouch):
    """Somebody disables the sync between the look at it and the call."""

    def trigger(self, sync_id: str, *, full_resync: bool = False) -> str:
        """Ask for a run."""
        self.disable(sync_id)
        return super().trigger(sync_id, full_resync=full_resync)


def test_a_sync_that_is_disabled_meanwhile_is_left_alone() -> None:
    fake = DisabledMeanwhile([workspace()[ARR]])
    assert isinstance(run_sync(fake, ARR, None, fake.clock, fake.clock.sleep), Disabled)


def test_another_reason_for_a_refusal_is_told() -> None:
    fake = workspace()
    fake.fail_next("trigger", RequestRejected("Hightouch answered 422: Validation Failed."))
    with pytest.raises(RequestRejected, match="Validation Failed"):
        ended(fake)


def test_a_sync_that_does_not_exist_is_told_with_its_variable_and_a_near_one() -> None:
    fake = workspace()
    with pytest.raises(SyncNotFound) as raised:
        run_sync(fake, "1011", None, fake.clock, fake.clock.sleep, named_by=VARIABLE)
    assert f"no sync 1011, which {VARIABLE} names" in str(raised.value)
    assert "Did you mean '1001'?" in str(raised.value)
    fake[PLAN].deleted = fake[ARR].deleted = True
    with pytest.raises(SyncNotFound):
        ended(fake)


def test_what_goes_wrong_while_waiting_is_not_swallowed() -> None:
    fake = workspace()
    fake.fail_next("run", ServerError("Hightouch answered 500."))
    with pytest.raises(ServerError):
        ended(fake)


def test_the_fake_counts_as_hightouch_does() -> None:
    fake = workspace()
    fake.plan(ARR, FakeRun(planned=RowCounts(5, 4, 3), failed=RowCounts(1, 2, 0), lost=2))
    run = ended(fake).run
    assert (run.successful, run.missing, run.sent_all) == (RowCounts(2, 2, 3), 2, False)
    assert ended(fake).sync == SyncDetails(ARR, "account-arr", fields=fake[ARR].details.fields)
