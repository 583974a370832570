"""The product as a process: it follows the clock, and survives what a laptop does to it."""

import time
from datetime import date, timedelta
from pathlib import Path

import psycopg

from dagster_open_platform_local.company.product.schema import DATABASES
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.fixtures.postgres import PostgresServer
from dagster_open_platform_tests.integration.product_service.holding import assert_holds
from dagster_open_platform_tests.integration.product_service.running import RunningProduct, execute, product

SETTINGS = CompanySettings(seed=9, scale=0.05)
START, END = date(2026, 8, 20), date(2026, 10, 20)


def assert_all_hold(running: RunningProduct, today: date) -> None:
    for database in DATABASES:
        assert_holds(running.url(database), database, SETTINGS, today)


def test_it_follows_the_clock(tmp_path: Path, postgres_server: PostgresServer) -> None:
    with product(tmp_path, postgres_server, SETTINGS) as running:
        running.set_date(START)
        running.begin()
        running.wait()
        assert_all_hold(running, START)
        for days in (1, 2, 30):
            running.set_date(START + timedelta(days=days))
            # At once, not only when the thread has noticed.
            status, reason = running.health()
            assert (status, f"It is {START + timedelta(days=days)} in the company" in reason) == (503, True)
            running.wait()
            assert_all_hold(running, START + timedelta(days=days))
        running.stop()
        assert "Traceback" not in running.log.read_text()


def test_it_waits_for_a_server_that_is_away(tmp_path: Path, postgres_server: PostgresServer) -> None:
    with product(tmp_path, postgres_server, SETTINGS) as running:
        running.set_date(START)
        running.begin()
        running.wait()
        postgres_server.kill()
        reason = running.wait_for_reason("cannot be written at the moment")
        assert postgres_server.databases.passwords["application"] not in reason
        running.set_date(START + timedelta(days=1))
        postgres_server.start()
        running.wait()
        assert_all_hold(running, START + timedelta(days=1))


def test_it_may_start_before_the_server_and_begin_anew_with_it(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    with product(tmp_path, postgres_server, SETTINGS) as running:
        postgres_server.stop()
        running.set_date(START)
        running.begin()
        running.wait_for_reason("cannot be written at the moment")
        postgres_server.start()
        running.wait()
        assert_all_hold(running, START)


def test_a_reader_in_the_way_of_a_new_column_is_waited_for(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    with product(tmp_path, postgres_server, SETTINGS) as running:
        running.set_date(START)
        running.begin()
        running.wait()
        with psycopg.connect(postgres_server.url("replicator", "xregion")) as reader:
            reader.execute("SELECT count(*) FROM public.deployments")
            running.set_date(END)
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'xregion'"
            )
            with postgres_server.superuser() as watcher:
                while watcher.execute(waiting.encode()).fetchall() == [(0,)]:
                    assert running.process.poll() is None
                    time.sleep(0.02)
            assert running.health()[0] == 503
        running.wait()
        assert_all_hold(running, END)


def test_it_ends_over_another_companys_database(tmp_path: Path, postgres_server: PostgresServer) -> None:
    with product(tmp_path, postgres_server, SETTINGS) as running:
        running.set_date(START)
        running.begin()
        running.wait()
        execute(running.url("shard1"), "UPDATE application.clock SET seed = 1")
        # One that runs already, and one that starts.
        for _ in range(2):
            assert running.end() == 1
            said = running.log.read_text()
            assert (
                "The database shard1 was made from other settings (seed is 1 there and 9 in the company)"
                in said
            )
            assert "just reset" in said
            assert "Traceback" not in said
            running.begin()


def test_it_says_what_it_needs(tmp_path: Path, postgres_server: PostgresServer) -> None:
    with product(tmp_path, postgres_server, SETTINGS) as running:
        running.begin()
        assert running.end() == 1
        assert "There is no company" in running.log.read_text()
