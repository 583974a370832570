"""Slack's objects as rows: what is kept, what is not, and what is refused."""

import datetime as dt
import json
from hashlib import sha256
from itertools import chain
from typing import Any, cast

import pytest

from dagster_open_platform.lib.columns import arrow_schema
from dagster_open_platform.lib.slack.errors import UnexpectedAnswer
from dagster_open_platform.lib.slack.tables import (
    CHANNELS,
    MEMBER_ANALYTICS,
    USERS,
    analytics_table,
    channels_table,
    users_table,
)
from dagster_open_platform_tests.fixtures.slack_in_process import SlackInProcess, slack_in_process

__all__ = ["slack_in_process"]  # a fixture

DAY = dt.date(2026, 6, 3)
USER = {
    "id": "U1",
    "team_id": "T1",
    "deleted": False,
    "name": "jane.doe",
    "real_name": "Jane Doe",
    "tz": "Europe/Berlin",
    "profile": {
        "email": " Jane.Doe@Example.com ",
        "real_name": "Jane Doe",
        "image_48": "https://x.y/jane.png",
    },
    "is_bot": False,
    "is_admin": True,
    "is_restricted": False,
    "updated": 1_700_000_000,
}
DELETED = {
    "id": "U2",
    "team_id": "T1",
    "deleted": True,
    "profile": {},
    "is_bot": False,
    "updated": 1_700_000_100,
}
SLACKBOT = {**USER, "id": "USLACKBOT", "is_bot": False, "profile": {}, "updated": 0}


def test_members_are_kept_without_what_a_person_is_recognized_by() -> None:
    table = users_table([[USER, DELETED], [], [SLACKBOT]])
    assert table.schema == arrow_schema(USERS)
    jane, deleted, slackbot = table.to_pylist()
    assert jane == {
        "id": "U1",
        "team_id": "T1",
        "email_sha256": sha256(b"jane.doe@example.com").hexdigest(),
        "is_bot": False,
        "is_deactivated": False,
        "is_guest": False,
        "is_admin": True,
        "time_zone": "Europe/Berlin",
        "updated_at": dt.datetime(2023, 11, 14, 22, 13, 20, tzinfo=dt.UTC),
    }
    assert (deleted["is_deactivated"], deleted["email_sha256"], deleted["time_zone"]) == (True, None, None)
    assert (slackbot["is_bot"], slackbot["is_admin"]) == (True, True)
    assert "jane" not in json.dumps(table.to_pylist(), default=str).lower()


def test_nothing_of_the_whole_workspace_shows_a_person(slack_in_process: SlackInProcess) -> None:
    with slack_in_process.resource().open() as api:
        nodes, did = [*chain.from_iterable(api.users())], api.member_analytics(dt.date(2026, 6, 20))
    kept = json.dumps(
        [*users_table([nodes]).to_pylist(), *analytics_table(dt.date(2026, 6, 20), did).to_pylist()],
        default=str,
    )
    profiles = [node["profile"] for node in nodes]
    assert sum("email" in profile for profile in profiles) > 100
    assert "@" not in kept
    assert not [profile["real_name"] for profile in profiles if f'"{profile["real_name"]}"' in kept]


def test_a_member_who_is_on_two_pages_counts_once_as_last_updated() -> None:
    newer = {**USER, "updated": USER["updated"] + 1, "is_admin": False}
    for nodes in ([USER, DELETED, newer], [newer, USER, DELETED]):
        rows = {row["id"]: row for row in users_table([nodes[:1], nodes[1:]]).to_pylist()}
        assert {key: row["is_admin"] for key, row in rows.items()} == {"U1": False, "U2": False}
        assert users_table([nodes]).num_rows == 2


CHANNEL = {
    "id": "C1",
    "name": "random",
    "is_archived": False,
    "is_general": False,
    "is_ext_shared": True,
    "created": 1_700_000_000,
    "updated": 1_700_000_000_123,
    "num_members": 7,
    "purpose": {"value": "Anything"},
}


def test_channels_count_their_updates_in_milliseconds() -> None:
    (row,) = channels_table([[CHANNEL]]).to_pylist()
    assert channels_table([[CHANNEL]]).schema == arrow_schema(CHANNELS)
    assert row["created_at"] == dt.datetime(2023, 11, 14, 22, 13, 20, tzinfo=dt.UTC)
    assert row["updated_at"] - row["created_at"] == dt.timedelta(milliseconds=123)
    assert (row["member_count"], row["purpose"], row["is_shared_with_others"]) == (7, "Anything", True)


@pytest.fixture
def day_of_members(slack_in_process: SlackInProcess) -> list[dict[str, Any]]:
    with slack_in_process.resource().open() as api:
        return [dict(node) for node in api.member_analytics(DAY)]


def test_a_day_keeps_every_count(day_of_members: list[dict[str, Any]]) -> None:
    table = analytics_table(DAY, day_of_members)
    assert table.schema == arrow_schema(MEMBER_ANALYTICS)
    kept = [name for name in table.column_names if name in day_of_members[0] and name != "date"]
    assert len(kept) == len(table.column_names) - 2
    assert table.select(kept).to_pylist() == [{name: node[name] for name in kept} for node in day_of_members]
    assert set(table["date"].to_pylist()) == {DAY}
    joined = [dt.datetime.fromtimestamp(node["date_claimed"], dt.UTC) for node in day_of_members]
    assert table["joined_at"].to_pylist() == joined


def test_nobody_is_a_table_too() -> None:
    assert users_table([]).schema == arrow_schema(USERS)
    assert analytics_table(DAY, []).num_rows == 0


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": 7},
        {"deleted": "no"},
        {"updated": "yesterday"},
        {"updated": None},
        {"updated": 10**18},
        {"profile": ["x"]},
        {"profile": {"email": 7}},
        {"tz": 3},
        {"is_bot": None},
    ],
    ids=str,
)
def test_a_member_that_is_not_as_documented_is_an_error(change: dict[str, Any]) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"users\.list"):
        users_table([[USER, {**USER, "id": "U9", **change}]])


@pytest.mark.parametrize("missing", ["id", "team_id", "deleted", "updated"])
def test_a_field_that_is_missing_is_named(missing: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=missing):
        users_table([[{name: value for name, value in USER.items() if name != missing}]])


def test_rows_of_another_day_or_of_no_kind_are_errors(day_of_members: list[dict[str, Any]]) -> None:
    with pytest.raises(UnexpectedAnswer, match="other days"):
        analytics_table(DAY + dt.timedelta(days=1), day_of_members)
    with pytest.raises(UnexpectedAnswer, match="not an object"):
        analytics_table(DAY, [*day_of_members, cast("Any", "text")])
