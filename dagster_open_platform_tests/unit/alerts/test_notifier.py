"""What is told of failed runs: once, to whom it concerns, and not before Dagster has given up."""

import datetime as dt

import pytest

from dagster_open_platform.lib.alerts.notifier import SETTLE
from dagster_open_platform.lib.http import ServerError
from dagster_open_platform_tests.fixtures.failing_platform import SECRET, QuotaError
from dagster_open_platform_tests.unit.alerts.conftest import DEFAULT, DEVREL, SALES, Watch

HOUR = dt.timedelta(hours=1)


def test_a_failure_is_told_to_the_owner_of_what_failed_and_to_nobody_else(watch: Watch) -> None:
    watch.platform.failing = {"orders": QuotaError(f"no room for token={SECRET}\nsecond line")}
    run = watch.platform.run("orders", "talks", tags={"dagster/partition": "2026-06-02"})
    assert watch.tick().told == 1
    (message,) = watch.told(SALES)
    for shown in (
        "orders failed",
        "QuotaError",
        "no room for",
        "second line",
        "2026-06-02",
        "team:sales",
        run.run_id,
    ):
        assert shown in message.text
    assert SECRET not in message.text
    assert watch.told(DEVREL) == watch.told(DEFAULT) == []


def test_nothing_is_told_twice(watch: Watch) -> None:
    watch.platform.failing = {"orders": QuotaError("no room")}
    watch.platform.run("orders")
    assert [watch.tick().told for _ in range(3)] == [1, 0, 0]
    assert len(watch.slack.in_channel(SALES)) == 1


def test_a_run_that_fails_for_two_owners_is_told_to_each_with_their_assets(watch: Watch) -> None:
    watch.platform.failing = {"sales_mart": QuotaError("no room"), "orders": ValueError("odd")}
    watch.platform.run("orders", "sales_mart", "talks_mart")
    watch.tick()
    (sales,), (devrel,) = watch.told(SALES), watch.told(DEVREL)
    assert "sales_mart" in sales.text
    assert "orders" in sales.text
    assert "talks_mart" in devrel.text
    assert "sales_mart" not in devrel.text.replace("models", "")


@pytest.mark.parametrize("asset", ["bare", "people"])
def test_what_nobody_owns_or_has_no_channel_goes_to_the_default_channel(watch: Watch, asset: str) -> None:
    watch.platform.failing = {asset: QuotaError("no room")}
    watch.platform.run(asset)
    watch.tick()
    assert f"{asset} failed" in watch.told(DEFAULT)[0].text


def test_a_job_without_assets_goes_to_the_default_channel(watch: Watch) -> None:
    watch.platform.run_job()
    watch.tick()
    assert "chores" in watch.told(DEFAULT)[0].text


def test_the_same_failure_within_a_day_is_added_to_its_message(watch: Watch) -> None:
    watch.platform.failing = {"orders": QuotaError("no room")}
    watch.platform.run("orders", tags={"dagster/partition": "2026-06-01"})
    watch.tick()
    watch.platform.run("orders", tags={"dagster/partition": "2026-06-02"})
    watch.platform.run("orders", tags={"dagster/partition": "2026-06-03"})
    assert watch.tick().told == 2
    (message,) = watch.told(SALES)
    assert "failed 3 times" in message.text
    first, second = watch.answers(message)
    assert "2026-06-02" in first
    assert "2026-06-03" in second


def test_another_class_of_error_is_another_failure(watch: Watch) -> None:
    for error in (QuotaError("no room"), ValueError("odd")):
        watch.platform.failing = {"orders": error}
        watch.platform.run("orders")
    watch.tick()
    assert len(watch.told(SALES)) == 2


def test_the_same_failure_a_day_later_is_a_message_of_its_own(watch: Watch) -> None:
    watch.platform.failing = {"orders": QuotaError("no room")}
    watch.platform.run("orders")
    watch.tick()
    (old,) = watch.slack.in_channel(SALES)
    payload = dict(old.message.event_payload)
    payload["first_at"] = (watch.now() - 25 * HOUR).isoformat()
    watch.slack.update(old.posted, type(old.message)(old.message.text, (), old.message.event_type, payload))
    watch.platform.run("orders")
    watch.tick()
    assert len(watch.told(SALES)) == 2


def test_a_failure_is_told_when_its_last_attempt_failed(watch: Watch) -> None:
    watch.platform.failing = {"orders": QuotaError("no room")}
    first = watch.platform.promise_retry(watch.platform.run("orders"))
    assert (watch.tick().told, watch.tick().waiting) == (0, 1)
    watch.platform.run("orders", retry_of=first)
    tick = watch.tick()
    assert (tick.told, tick.waiting) == (1, 0)
    (message,) = watch.told(SALES)
    assert "last of 2 attempts" in message.text


def test_a_failure_whose_retry_succeeds_is_never_told(watch: Watch) -> None:
    watch.platform.failing = {"orders": QuotaError("no room")}
    first = watch.platform.promise_retry(watch.platform.run("orders"))
    watch.tick()
    watch.platform.failing = {}
    watch.platform.run("orders", retry_of=first)
    watch.ahead = 3 * HOUR
    tick = watch.tick()
    assert (tick.told, tick.waiting) == (0, 0)
    assert watch.slack.in_channel(SALES) == []


def test_a_retry_that_dagster_promised_and_never_made_is_told_after_an_hour(watch: Watch) -> None:
    watch.platform.failing = {"orders": QuotaError("no room")}
    watch.platform.promise_retry(watch.platform.run("orders"))
    watch.tick()
    watch.ahead = HOUR * 1.1
    tick = watch.tick()
    assert (tick.told, tick.waiting) == (1, 0)
    assert "and has not" in watch.told(SALES)[0].text


def test_a_canceled_retry_does_not_swallow_the_failure(watch: Watch) -> None:
    watch.platform.failing = {"orders": QuotaError("no room")}
    first = watch.platform.promise_retry(watch.platform.run("orders"))
    watch.tick()
    watch.platform.failing = {}
    retry = watch.platform.run("orders", retry_of=first)
    watch.platform.instance.report_run_canceled(retry)
    assert watch.tick().told == 1
    assert "canceled" in watch.told(SALES)[0].text


def test_a_told_failure_that_succeeds_later_says_so_in_its_thread(watch: Watch) -> None:
    watch.platform.failing = {"orders": QuotaError("no room")}
    failed = watch.platform.run("orders")
    watch.tick()
    watch.platform.failing = {}
    success = watch.platform.run("orders", retry_of=failed)
    assert [watch.tick().recovered for _ in range(2)] == [1, 0]
    (message,) = watch.told(SALES)
    assert "has recovered" in message.text
    (answer,) = watch.answers(message)
    assert success.run_id in answer


def test_a_slack_that_is_down_delays_and_loses_nothing(watch: Watch) -> None:
    watch.platform.failing = {"orders": QuotaError("no room")}
    watch.tick()
    watch.platform.run("orders")
    watch.slack.fail_next("post", ServerError("Slack is down."))
    with pytest.raises(ServerError):
        watch.tick()
    assert watch.tick().told == 1
    assert len(watch.told(SALES)) == 1


def test_a_failure_is_not_told_before_dagster_has_said_whether_it_tries_again(watch: Watch) -> None:
    watch.platform.failing = {"orders": QuotaError("no room")}
    watch.ahead = dt.timedelta()
    run = watch.platform.run("orders")
    assert [watch.tick().told for _ in range(2)] == [0, 0]
    watch.platform.promise_retry(run)
    tick = watch.tick()
    assert (tick.told, tick.waiting) == (0, 1)
    other = watch.platform.run("orders")
    assert watch.tick().told == 0
    watch.ahead = 2 * SETTLE
    assert watch.tick().told == 1
    assert watch.told(SALES)[0].message.event_payload["last_run"] == other.run_id
