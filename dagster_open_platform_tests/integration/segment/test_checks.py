"""The checks of the platform's own instances, over what the company's Segment delivers and tells."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_open_platform.lib.http import ServerError
from dagster_open_platform.lib.segment.checks import CheckedTable, Limits, results
from dagster_open_platform.lib.segment.compare import DELIVERY_LAG, TABLES_ARE_DECLARED, VOLUME_MATCHES
from dagster_open_platform_local.company.segment.catalogue import SOURCES
from dagster_open_platform_tests.fixtures.segment import TODAY, SegmentServer, segment_server

Outcomes = dict[tuple[str, str], dg.AssetCheckEvaluation]


def outcomes(result: dg.ExecuteInProcessResult) -> Outcomes:
    return {(each.asset_key.path[-1], each.check_name): each for each in result.get_asset_check_evaluations()}


def failed(result: dg.ExecuteInProcessResult) -> set[tuple[str, str]]:
    return {key for key, each in outcomes(result).items() if not each.passed}


@pytest.fixture
def own(
    delivered_segment: SegmentServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SegmentServer]:
    """A server and a delivery of the test's own."""
    with segment_server(tmp_path / "segment") as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        shutil.copy(delivered_segment.warehouse / "segment.duckdb", server.warehouse)
        yield server


@pytest.mark.parametrize("source", [source.slug for source in SOURCES])
def test_an_untouched_company_passes(source: str, segment: SegmentServer) -> None:
    result = segment.checks(source, dg.DagsterInstance.ephemeral())
    assert result.success
    found = outcomes(result)
    tables = {table.name for each in SOURCES if each.slug == source for table in each.calls} | {
        "tracks",
        "users",
    }
    assert {table for table, check in found if check == DELIVERY_LAG} == tables
    assert {table for table, check in found if check == VOLUME_MATCHES} == tables - {"users"}
    # Whether rare events come within three weeks is a matter of a company's size.
    assert {check for _, check in failed(result)} <= {TABLES_ARE_DECLARED}
    assert "also loads" not in (found["pages", TABLES_ARE_DECLARED].description or "")


def test_the_table_of_days_is_what_is_there(segment: SegmentServer) -> None:
    found = outcomes(segment.checks("product", dg.DagsterInstance.ephemeral()))
    table = found["run_launched", VOLUME_MATCHES].metadata["days"]
    assert isinstance(table, dg.TableMetadataValue)
    days = table.records
    with duckdb.connect(str(segment.warehouse / "segment.duckdb"), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.execute(
            "SELECT strftime(received_at, '%Y-%m-%d'), count(*) FROM product.run_launched GROUP BY 1"
        ).fetchall()
    assert len(days) == 8
    assert days[-1].data["day"] == (TODAY - timedelta(days=1)).isoformat()
    assert {day.data["day"]: day.data["in_warehouse"] for day in days} == {
        day.data["day"]: dict(rows).get(day.data["day"], 0) for day in days
    }
    passed = [
        (int(str(day.data["received"])) - int(str(day.data["refused"])), day.data["delivered"])
        for day in days[:-1]
    ]
    assert all(one == other for one, other in passed)
    assert any(day.data["in_warehouse"] for day in days)


def test_rows_that_are_lost_and_rows_that_are_too_many_are_told_by_day(own: SegmentServer) -> None:
    lost, more = TODAY - timedelta(days=3), TODAY - timedelta(days=5)
    own.change("DELETE FROM website.pages WHERE received_at::DATE = ?", [lost])
    own.change("INSERT INTO docs.pages SELECT * FROM docs.pages WHERE received_at::DATE = ?", [more])
    website = own.checks("website", dg.DagsterInstance.ephemeral())
    assert website.success, "a check that fails is no failure of the run"
    assert failed(website) >= {("pages", VOLUME_MATCHES)}
    assert ("tracks", VOLUME_MATCHES) not in failed(website)
    text = outcomes(website)["pages", VOLUME_MATCHES].description or ""
    assert f"{lost}: 0 rows in the warehouse" in text
    docs = outcomes(own.checks("docs", dg.DagsterInstance.ephemeral()))
    assert str(more) in (docs["pages", VOLUME_MATCHES].description or "")


def test_what_was_not_loaded_for_weeks_is_missed_though_segment_counts_no_further_back(
    own: SegmentServer,
) -> None:
    (university,) = [each for each in SOURCES if each.slug == "university"]
    for table in [*(each.name for each in university.calls), "tracks", "users"]:
        own.change(f"DELETE FROM university.{table} WHERE uuid_ts >= ?", [TODAY - timedelta(days=15)])  # noqa: S608 - the catalogue's
    result = own.checks("university", dg.DagsterInstance.ephemeral())
    assert result.success
    assert ("pages", VOLUME_MATCHES) in failed(result)


def test_slow_loads_undeclared_tables_and_missing_ones_are_told(own: SegmentServer) -> None:
    own.change("UPDATE university.pages SET received_at = received_at - INTERVAL 5 HOUR")
    own.change("DROP TABLE university.certificate_issued")
    result = own.checks("university", dg.DagsterInstance.ephemeral())
    assert result.success
    assert {
        ("pages", DELIVERY_LAG),
        ("certificate_issued", DELIVERY_LAG),
        ("certificate_issued", VOLUME_MATCHES),
    } <= failed(result)
    assert ("lesson_completed", DELIVERY_LAG) not in failed(result)
    own.change("DELETE FROM docs.pages")
    own.change("DELETE FROM docs.feedback_submitted")
    assert ("feedback_submitted", DELIVERY_LAG) not in failed(
        own.checks("docs", dg.DagsterInstance.ephemeral())
    )


def test_what_the_warehouse_knows_is_told_while_segment_is_down(own: SegmentServer) -> None:
    resources = own.resources()
    tables = [
        CheckedTable(dg.AssetKey(["segment", "docs", "calls", name]), "segment", "docs", name)
        for name in ("pages", "tracks")
    ]
    limits = Limits(timedelta(hours=3), 0.0, 7)
    own.misbehave({"path": "^/segment/", "status": 503})
    made = results(resources["warehouse"], resources["segment"], tables, limits)
    told = [next(made).check_name, next(made).check_name]
    assert told == [DELIVERY_LAG, DELIVERY_LAG]
    with pytest.raises(ServerError):
        next(made)
    own.misbehave()
    whole = list(results(resources["warehouse"], resources["segment"], tables, limits))
    assert [each.check_name for each in whole] == [*told, VOLUME_MATCHES, VOLUME_MATCHES, TABLES_ARE_DECLARED]


def test_sensors_know_every_table_and_tell_it_once(segment: SegmentServer) -> None:
    warehouse = segment.platform_warehouse()
    with segment.definitions() as defs:
        keys = set(defs.resolve_asset_graph().observable_asset_keys)
        told: list[dg.AssetKey] = []
        for source in SOURCES:
            sensor = defs.get_sensor_def(f"segment_{source.slug}_last_loaded")
            cursor: str | None = None
            for expected in (len(source.calls) + 2, 0):
                instance = dg.DagsterInstance.ephemeral()
                with dg.build_sensor_context(instance, cursor, resources={"warehouse": warehouse}) as context:
                    tick = sensor.evaluate_tick(context)
                seen = [
                    event.asset_key for event in tick.asset_events if isinstance(event, dg.AssetObservation)
                ]
                assert len(seen) == expected
                told, cursor = told + seen, tick.cursor
    assert sorted(told) == sorted(keys)
