"""The buckets as the service fills them: at every date, through kills, over the wire."""

from datetime import date, timedelta
from pathlib import Path

from dagster_open_platform.lib.aws.buckets import BUCKETS, COMMUNITY
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.integration.exports.running import RunningS3, s3_process
from dagster_open_platform_tests.unit.exports.buckets import all_versions, expected, held

SETTINGS = CompanySettings(seed=21, scale=0.05)
START = date(2026, 7, 4)
"""Three days after the full load of the change files."""


def assert_holds(running: RunningS3, today: date) -> None:
    assert held(running.state.s3) == expected(SETTINGS, today)


def test_it_follows_the_clock(tmp_path: Path) -> None:
    with s3_process(tmp_path) as running:
        running.set_date(SETTINGS, START)
        running.begin()
        running.wait()
        assert_holds(running, START)
        today = START
        for days in (1, 2, 9):
            today += timedelta(days=days)
            running.set_date(SETTINGS, today)
            # At once, not only when the thread has noticed.
            status, reason = running.health()
            assert (status, f"It is {today} in the company" in reason) == (503, True)
            running.wait()
            assert_holds(running, today)
        running.stop()
        assert "Traceback" not in running.log.read_text()


def test_killed_it_leaves_whole_objects_and_goes_on(tmp_path: Path) -> None:
    versions = all_versions(SETTINGS, START)
    with s3_process(tmp_path) as running:
        running.set_date(SETTINGS, START)
        for objects in (3, 90):
            running.begin()
            running.kill_once_there_are(objects)
            found = held(running.state.s3)
            assert found
            assert {key for key, body in found.items() if body not in versions.get(key, ())} == set()
        running.begin()
        running.wait()
        assert_holds(running, START)
        assert [path for path in (running.state.s3 / ".incoming").rglob("*") if path.is_file()] == []


def test_a_client_finds_them(tmp_path: Path) -> None:
    with s3_process(tmp_path) as running:
        running.set_date(SETTINGS, date(2026, 6, 4))
        running.begin()
        running.wait()
        client = running.client()
        assert sorted(each["Name"] for each in client.list_buckets()["Buckets"]) == sorted(BUCKETS)
        listed = client.list_objects_v2(Bucket=COMMUNITY)["Contents"]
        wanted = {key: body for (bucket, key), body in held(running.state.s3).items() if bucket == COMMUNITY}
        assert [each["Key"] for each in listed] == sorted(wanted)
        for key, body in wanted.items():
            assert client.get_object(Bucket=COMMUNITY, Key=key)["Body"].read() == body


def test_it_ends_over_another_companys_buckets(tmp_path: Path) -> None:
    with s3_process(tmp_path) as running:
        running.set_date(SETTINGS, date(2026, 6, 3))
        running.begin()
        running.wait()
        running.set_date(CompanySettings(seed=22, scale=0.05), date(2026, 6, 3))
        # One that runs already, and one that starts.
        for _ in range(2):
            assert running.end() == 1
            said = running.log.read_text()
            assert "seed is 21 there and 22 in the company" in said
            assert "just reset" in said
            assert "Traceback" not in said
            running.begin()


def test_it_says_what_it_needs(tmp_path: Path) -> None:
    with s3_process(tmp_path) as running:
        running.begin()
        assert running.end() == 1
        assert "There is no company" in running.log.read_text()
