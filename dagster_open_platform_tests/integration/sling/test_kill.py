# ruff: noqa: S608 - the SQL is the test's own
"""`kill -9` of the ingestion at any moment, and two ingestions at once.

What belongs here: ingestions in processes of their own. What does not: faults of what they work with (`test_faults.py`).
"""

import json
import random
import threading
from collections import Counter
from contextlib import ExitStack

import psycopg

from dagster_open_platform_tests.fixtures.forking import Forked
from dagster_open_platform_tests.fixtures.postgres import PostgresServer
from dagster_open_platform_tests.fixtures.sling import Site, processes_of
from dagster_open_platform_tests.integration.sling.child import running
from dagster_open_platform_tests.integration.sling.faults import (
    NEW,
    OLD,
    STREAMS,
    in_the_middle,
    prepare,
    require_repair,
    require_whole_tables,
    second_generation,
)

ROUNDS = 5
TABLES = ("wholes", "truncated", "facts", "snapshots")
TWICE = """
public.wholes: {mode: full-refresh}
public.truncated: {mode: truncate}
public.facts: {mode: incremental, primary_key: id, update_key: at}
public.snapshots: {mode: snapshot}
"""


def test_kill_9_in_the_middle_of_an_extraction(site: Site, postgres_server: PostgresServer) -> None:
    prepare(site)
    second_generation(site)
    # Left alone, Sling would go on for a minute.
    site.source("update pace set seconds = 0.5")
    with running(site) as process:
        with in_the_middle(site, postgres_server, lambda _: process.kill()):
            assert process.wait(60) == -9
        # Within three seconds nothing of it runs any more.
        assert require_whole_tables(site)["middle"] == OLD["middle"]
        assert len(site.workspaces) == 1
    require_repair(site)


def test_kill_9_at_random_moments(site: Site) -> None:
    rng = random.Random(2026)  # noqa: S311 - moments, no secrets
    prepare(site)
    second_generation(site)
    site.source("update pace set seconds = 0.005")
    for _ in range(ROUNDS):
        with running(site) as process:
            timer = threading.Timer(rng.uniform(0.0, 2.5), process.kill)
            timer.start()
            process.wait(60)
            timer.cancel()
        whole_tables_of_some_runs(site)
        assert len(site.workspaces) <= 1
    site.source("update pace set seconds = 0")
    site.load(STREAMS)
    found = whole_tables_of_some_runs(site)
    assert {name: found[name] for name in ("before", "middle", "after")} == {
        name: NEW[name] for name in ("before", "middle", "after")
    }
    assert site.workspaces == []


def whole_tables_of_some_runs(site: Site) -> dict[str, list[tuple[int, int]]]:
    """As `require_whole_tables`, after any number of runs: each may have added a whole snapshot."""
    found = require_whole_tables(site, but=("snapshots",))
    assert found["snapshots"][0] == (1, 10)
    assert all((generation, count % 1000) == (2, 0) for generation, count in found["snapshots"][1:])
    return found


def outcomes_of(process: Forked) -> list[dict[str, object]]:
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return [json.loads(line) for line in said.splitlines()]


def test_two_at_once(site: Site) -> None:
    site.source(
        *(
            f"create table {name} as select n as id, timestamptz '2026-01-01Z' + n * interval '1 minute' as at,"
            " md5(n::text) as words from generate_series(1, 500) n"
            for name in TABLES
        )
    )
    site.load(TWICE)
    site.source("update facts set words = 'new', at = at + interval '1 year' where id > 400")
    with ExitStack() as stack:
        processes = [stack.enter_context(running(site)) for _ in range(2)]
        outcomes = [outcome for process in processes for outcome in outcomes_of(process)]
    assert [outcome["stream"] for outcome in outcomes] == [f"public.{name}" for name in TABLES] * 2
    assert all(not outcome["error"] or outcome["retry"] for outcome in outcomes), outcomes
    # Whoever failed may try again.
    site.load(TWICE)
    with psycopg.connect(site.url) as connection:
        expected = {
            name: connection.execute(f"select id, at, words from {name} order by id").fetchall()
            for name in TABLES[:3]
        }
    for name, rows in expected.items():
        found = sorted((row["id"], row["at"], row["words"]) for row in site.stored(name))
        assert found == rows
    snapshots = Counter(row["_sling_loaded_at"] for row in site.stored("snapshots"))
    assert set(snapshots.values()) == {500}
    succeeded = sum(outcome["stream"] == "public.snapshots" and not outcome["error"] for outcome in outcomes)
    assert len(snapshots) == 2 + succeeded
    assert not processes_of(site.directory)
    assert site.workspaces == []
