"""Members, what they do and how many they are, fetched from the emulated Slack into a warehouse."""

import datetime as dt
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.defs.slack.py.assets import key_of, member_assets
from dagster_open_platform.lib.slack.fake import FakeSlack
from dagster_open_platform.lib.slack.protocol import SlackApi
from dagster_open_platform.lib.slack.resource import SlackResource
from dagster_open_platform.lib.warehouse import duckdb_warehouse
from dagster_open_platform_local.services.faults import Fault
from dagster_open_platform_tests.fixtures.slack import TODAY, TOKENS
from dagster_open_platform_tests.fixtures.slack_assets import SlackPlatform
from dagster_open_platform_tests.fixtures.slack_in_process import SlackInProcess, slack_in_process

__all__ = ["slack_in_process"]  # a fixture

FIRST, LAST = "2026-06-01", "2026-06-06"


@pytest.fixture
def platform(slack_in_process: SlackInProcess, tmp_path: Path) -> SlackPlatform:
    return SlackPlatform(slack_in_process.resource(max_attempts=1), tmp_path / "warehouse")


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    assert not result.success
    return "".join(
        event.step_failure_data.error.to_string()
        for event in result.all_events
        if event.is_step_failure and event.step_failure_data.error
    )


def members_of(server: SlackInProcess, day: str) -> dict[str, dict[str, Any]]:
    """Who is in the file of a day and no app, by id."""
    content = server.get("admin.analytics.getFile", TOKENS.admin, type="member", date=day).content
    rows = [json.loads(line) for line in gzip.decompress(content).splitlines()]
    apps = {user["id"] for user in server.call("users.list")["members"] if user["is_bot"]}
    return {row["user_id"]: row for row in rows if row["user_id"] not in apps}


def test_two_runs_equal_one_and_ranges_may_overlap(platform: SlackPlatform, tmp_path: Path) -> None:
    tables = ("users", "channels", "member_analytics", "member_metrics")
    for _ in range(2):
        assert platform.run("users", "channels").success
        assert platform.run("member_analytics", first=FIRST, last=LAST).success
        assert platform.run("member_metrics", first=FIRST, last=LAST).success
    found = {name: platform.rows(name) for name in tables}
    pieces = SlackPlatform(platform.slack, tmp_path / "pieces")
    assert pieces.run("users", "channels").success
    # Not in order.
    for first, last in (("2026-06-04", LAST), (FIRST, "2026-06-04")):
        assert pieces.run("member_analytics", first=first, last=last).success
    for first, last in ((FIRST, "2026-06-02"), ("2026-06-03", LAST)):
        assert pieces.run("member_metrics", first=first, last=last).success
    assert {name: pieces.rows(name) for name in tables} == found
    assert all(found.values())


def test_each_day_tells_its_rows_and_the_table(platform: SlackPlatform) -> None:
    platform.run("member_analytics", first=FIRST, last="2026-06-02")
    records = platform.instance.fetch_materializations(key_of("member_analytics"), limit=10).records
    found = {each.partition_key: each.asset_materialization for each in records}
    rows = Counter(row["date"].isoformat() for row in platform.rows("member_analytics"))
    assert set(found) == set(rows) == {FIRST, "2026-06-02"}
    for day, materialization in found.items():
        assert materialization is not None
        told = {name: value.value for name, value in materialization.metadata.items()}
        assert told["dagster/partition_row_count"] == rows[day]
        assert told["dagster/row_count"] == rows.total()
        assert told["dagster/table_name"] == "purina.slack.member_analytics"


def test_metrics_are_what_the_files_say(platform: SlackPlatform, slack_in_process: SlackInProcess) -> None:
    first, last = dt.date(2026, 6, 10), dt.date(2026, 6, 20)
    platform.run("users")
    platform.run("member_analytics", first=first.isoformat(), last=last.isoformat())
    assert platform.run("member_metrics", first=first.isoformat(), last=last.isoformat()).success
    rows = {row["date"]: row for row in platform.rows("member_metrics")}
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    assert sorted(rows) == days
    before: dict[str, dict[str, Any]] | None = None
    for day in days:
        now = members_of(slack_in_process, day.isoformat())
        joined = {
            key
            for key, row in now.items()
            if dt.datetime.fromtimestamp(row["date_claimed"], dt.UTC).date() == day
        }
        assert rows[day] == {
            "date": day,
            "members": len(now),
            "guests": sum(row["is_guest"] for row in now.values()),
            "new_members": len(joined),
            "returned_members": None if before is None else len(now.keys() - before.keys() - joined),
            "deactivated_members": None if before is None else len(before.keys() - now.keys()),
            "active_members": sum(row["is_active"] for row in now.values()),
            "posting_members": sum(row["channel_messages_posted_count"] > 0 for row in now.values()),
            "messages": sum(row["channel_messages_posted_count"] for row in now.values()),
            "reactions": sum(row["reactions_added_count"] for row in now.values()),
            "bots_left_out": 1,
        }
        before = now
    assert sum(row["new_members"] for row in rows.values()) > 0


def test_a_failure_between_pages_leaves_the_tables_as_they_were(
    platform: SlackPlatform, slack_in_process: SlackInProcess
) -> None:
    platform.run("users")
    platform.run("member_analytics", first=FIRST)
    before = platform.rows("users"), platform.rows("member_analytics")
    slack_in_process.today += dt.timedelta(days=20)
    slack_in_process.misbehave(Fault("getFile$", calls=(3,), malformed=True), Fault("users.list", status=503))
    assert "MalformedResponse" in failure_of(platform.run("member_analytics", first=FIRST, last=LAST))
    assert "ServerError" in failure_of(platform.run("users"))
    assert (platform.rows("users"), platform.rows("member_analytics")) == before
    slack_in_process.misbehave()
    assert platform.run("member_analytics", first=FIRST, last=LAST).success
    assert platform.run("users").success
    assert len(platform.rows("users")) > len(before[0])


def test_members_who_are_gone_stay(platform: SlackPlatform, slack_in_process: SlackInProcess) -> None:
    slack_in_process.today += dt.timedelta(days=60)
    platform.run("users")
    then = {row["id"]: row for row in platform.rows("users")}
    assert any(row["is_deactivated"] for row in then.values())
    slack_in_process.today -= dt.timedelta(days=60)
    # As if Slack showed an older state: who it does not show stays, and nobody is made younger.
    platform.run("users")
    assert {row["id"]: row for row in platform.rows("users")} == then


def test_a_day_that_is_not_over_is_tried_again_later(platform: SlackPlatform) -> None:
    yesterday = (TODAY - dt.timedelta(days=1)).isoformat()
    message = failure_of(platform.run("member_analytics", first=yesterday, last=TODAY.isoformat()))
    assert "AnalyticsNotReady" in message
    assert "file_not_yet_available" in message
    assert platform.rows("member_analytics") == []


def test_metrics_of_days_without_a_file_are_refused(platform: SlackPlatform) -> None:
    platform.run("users")
    platform.run("member_analytics", first=FIRST, last="2026-06-02")
    message = failure_of(platform.run("member_metrics", first=FIRST, last="2026-06-04"))
    assert "DaysMissing" in message
    assert "2 days, of which the first are 2026-06-03, 2026-06-04" in message
    assert platform.rows("member_metrics") == []


BREAKS = {
    "user_ids_are_unique": "INSERT INTO purina.slack.users SELECT * FROM purina.slack.users LIMIT 2",
    "channel_ids_are_unique": "INSERT INTO purina.slack.channels SELECT * FROM purina.slack.channels LIMIT 3",
    "members_are_there_once_a_day": "INSERT INTO purina.slack.member_analytics FROM purina.slack.member_analytics LIMIT 1",
    "members_are_known": "UPDATE purina.slack.member_analytics SET user_id = 'U0' WHERE user_id = (SELECT max(user_id) FROM purina.slack.member_analytics)",
    "metrics_add_up": "UPDATE purina.slack.member_metrics SET members = members + 1 WHERE date = '2026-06-03'",
}


def test_each_check_finds_what_it_is_for(platform: SlackPlatform) -> None:
    assert not any(check.passed for check in platform.checks().values())  # there are no tables
    platform.run("users", "channels")
    platform.run("member_analytics", first=FIRST, last="2026-06-04")
    platform.run("member_metrics", first=FIRST, last="2026-06-04")
    assert all(check.passed for check in platform.checks().values())
    for number, statement in enumerate(BREAKS.values(), 1):
        platform.execute(statement)
        failed = {name for name, check in platform.checks().items() if not check.passed}
        assert failed == set(list(BREAKS)[:number])


class _Fake(SlackResource):
    """The resource of a workspace in which nothing happens."""

    @contextmanager
    def open(self) -> Iterator[SlackApi]:
        quiet = {"date": FIRST, "user_id": "U1", "date_claimed": 1, "is_active": False}
        flags = ("is_guest", "is_billable_seat", "is_active_ios", "is_active_android", "is_active_desktop")
        counts = (
            "messages_posted_count",
            "channel_messages_posted_count",
            "reactions_added_count",
            "files_added_count",
        )
        others = ("search_count", "total_calls_count", "slack_huddles_count")
        row = {**quiet, **dict.fromkeys(flags, False), **dict.fromkeys((*counts, *others), 0)}
        yield FakeSlack(analytics={dt.date.fromisoformat(FIRST): [row], dt.date(2026, 6, 2): []})


def test_a_day_on_which_nobody_did_anything_is_told(tmp_path: Path) -> None:
    result = SlackPlatform(_Fake(), tmp_path).run("member_analytics", first=FIRST, last="2026-06-02")
    assert result.success
    (check,) = result.get_asset_check_evaluations()
    assert not check.passed
    assert check.metadata["days_without_active_members"].value == [FIRST, "2026-06-02"]


def test_metrics_follow_the_file_and_the_file_the_clock() -> None:
    # Nothing runs.
    resources = {"slack": SlackResource(), "warehouse": duckdb_warehouse(Path("nowhere"), {})}
    defs = dg.Definitions(assets=member_assets(), resources=resources)
    instance = dg.DagsterInstance.ephemeral()
    selection = dg.AssetSelection.assets(key_of("member_analytics"), key_of("member_metrics"))

    def requested(at: dt.datetime, cursor: Any) -> tuple[set[tuple[str, str | None]], Any]:
        found = dg.evaluate_automation_conditions(
            defs, instance=instance, asset_selection=selection, evaluation_time=at, cursor=cursor
        )
        keys = ("member_analytics", "member_metrics")
        return {
            (name, key) for name in keys for key in found.get_requested_partitions(key_of(name))
        }, found.cursor

    _, cursor = requested(dt.datetime(2026, 6, 24, 15, tzinfo=dt.UTC), None)
    due, cursor = requested(dt.datetime(2026, 6, 24, 16, 1, tzinfo=dt.UTC), cursor)
    assert due == {("member_analytics", "2026-06-23")}
    for key, day in (("member_analytics", "2026-06-22"), ("member_analytics", "2026-06-23")):
        instance.report_runless_asset_event(dg.AssetMaterialization(key_of(key), partition=day))
    instance.report_runless_asset_event(dg.AssetMaterialization(key_of("users")))
    due, _ = requested(dt.datetime(2026, 6, 24, 16, 5, tzinfo=dt.UTC), cursor)
    assert due == {("member_metrics", "2026-06-23")}
