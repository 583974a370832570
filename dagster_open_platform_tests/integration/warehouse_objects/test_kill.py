"""`kill -9` in the middle of a refresh leaves each object as it was or as it is declared, and the next refresh succeeds."""

import itertools
import json
import random
import threading
from pathlib import Path

from dagster_open_platform.lib.aws.buckets import TELEMETRY
from dagster_open_platform.lib.warehouse import WarehouseResource
from dagster_open_platform.lib.warehouse.fingerprint import fingerprint
from dagster_open_platform.lib.warehouse.marks import mark_of
from dagster_open_platform.lib.warehouse.objects import Action
from dagster_open_platform_tests.fixtures.forking import forked
from dagster_open_platform_tests.fixtures.s3 import S3Server
from dagster_open_platform_tests.fixtures.warehouse_objects import day_file, event, json_lines
from dagster_open_platform_tests.integration.warehouse_objects.child import declarations

MODULE = "dagster_open_platform_tests.integration.warehouse_objects.child"
ROUNDS, OBJECTS, ROWS = 5, 3, 20_000


def killed(directory: Path, rng: random.Random) -> dict[int, int]:
    """Let the child work, kill it a random time after it got going; the generation that it said of each object."""
    said: dict[int, int] = {}
    with forked(MODULE, str(directory)) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        said.update(map(parsed, itertools.islice(lines, OBJECTS)))
        timer = threading.Timer(rng.uniform(0.0, 0.4), process.kill)
        timer.start()
        said.update(map(parsed, lines))
        timer.join()
        assert process.wait() == -9
    return said


def parsed(line: str) -> tuple[int, int]:
    """Number and generation of an object, of a line of the child."""
    number, generation = line.split()
    return int(number), int(generation)


def test_a_refresh_is_never_there_in_part(s3: S3Server, warehouse: WarehouseResource, tmp_path: Path) -> None:
    rng = random.Random(2026)  # noqa: S311 - no secret
    for day in (1, 2):
        s3.put(TELEMETRY, day_file(day), json_lines([event(number) for number in range(50)]))
    with warehouse.connect() as connection:
        connection.execute("CREATE SCHEMA purina.exports")
        connection.execute(f"CREATE TABLE purina.exports.source AS SELECT range AS id FROM range({ROWS})")  # noqa: S608 - a number
    for _ in range(ROUNDS):
        said = killed(tmp_path / "warehouse", rng)
        found = generations(warehouse)
        for number, generation in said.items():
            # What was said is there, unless the one after it was made unheard.
            assert found[number] in (generation, generation + 1), (number, said, found)
        with warehouse.connect() as connection:
            counted = connection.query(
                "SELECT generation, count(*) AS n FROM purina.exports.numbers GROUP BY ALL"
            )
            assert counted.to_pylist() == [{"generation": found[2], "n": ROWS}]
            assert connection.query("SELECT count(*) AS n FROM purina.exports.events")["n"].to_pylist() == [
                100
            ]
            for number, declaration in enumerate(declarations(found[0])):
                is_same = found[number] == found[0]
                action = connection.create_or_refresh(declaration).action
                assert action is (Action.REFRESHED if is_same else Action.ALTERED)


def generations(warehouse: WarehouseResource) -> list[int]:
    """The generation of each object by its note; that of what the catalog has is the same."""
    with warehouse.connect() as connection:
        notes = {
            row["object_name"]: row
            for row in connection.query("SELECT * FROM purina._warehouse_seam.objects").to_pylist()
        }
        comments = connection.query(
            "SELECT view_name AS name, comment FROM duckdb_views() WHERE schema_name = 'exports' "
            "UNION ALL SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'exports'"
        ).to_pylist()
    marks = {row["name"]: mark_of(row["comment"]) for row in comments}
    found = []
    for number, name in enumerate(("files", "events", "numbers")):
        note = notes[name]
        generation = int(json.loads(note["declaration"])["comment"].split()[1].rstrip("."))
        found.append(generation)
        context = [f"s3://{TELEMETRY}/"] if name == "events" else []
        assert note["fingerprint"] == fingerprint(declarations(generation)[number], *context)
        if name in marks:
            mark = marks[name]
            assert mark is not None
            assert mark.fingerprint == note["fingerprint"]
    return found
