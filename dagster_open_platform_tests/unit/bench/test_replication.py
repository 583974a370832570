"""The benchmark of replication: its figures are those of the clock, and it notices what did not arrive."""

import statistics
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.bench.replication import Times, ratios, timed
from dagster_open_platform_local.bench.replication_data import Content, in_duckdb

WAYS = (
    "ours in",
    "sling in",
    "extension in",
    "ours changes",
    "sling changes",
    "ours out",
    "ours out again",
    "sling out",
)
OTHER_VALUES = {
    "id": "-7",
    "email": "email || ' '",
    "name": "replace(name, 'ü', 'u')",
    "status": "upper(status)",
    "updated_at": "updated_at + interval 1 microsecond",
    "observed_at": "observed_at - interval 1 microsecond",
    "score": "nextafter(score, 1.0::double)",
    "amount": "amount + 0.000001",
    "is_active": "not is_active",
    "token": "uuid()",
    "payload": "replace(payload::varchar, '65535', '65534')",
    "day": "day + 1",
    "remark": "''",
}
"""Column to a value that is not the row's, but close to it where there is such a thing."""


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB with a table `bench` of two rows."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            """
            CREATE TABLE bench AS
            SELECT
                id, 'user@example.com' AS email, 'für "uns", alle' AS name, 'active' AS status,
                TIMESTAMPTZ '2026-01-01 00:00:07.000013+00' AS updated_at,
                TIMESTAMP '2025-05-17 21:52:24.451227' AS observed_at,
                0.8929688218139118::DOUBLE AS score, (-751906.372388)::DECIMAL(18, 6) AS amount, false AS is_active,
                '78b1e6d7-75ce-c526-0001-af137a79dbd5'::UUID AS token,
                '{"plan": "team", "seats": 3, "limits": {"note": "as, \\"agreed\\"", "daily": 65535}}'::JSON AS payload,
                DATE '2020-06-06' AS day, NULL::VARCHAR AS remark
            FROM range(2) AS ids(id)
            """
        )
        yield connection


@given(
    times=st.fixed_dictionaries(
        {way: st.lists(st.floats(0.01, 1000), min_size=3, max_size=3) for way in WAYS}
    ),
    rows=st.integers(100, 10_000_000),
)
def test_a_ratio_is_the_quotient_of_two_speeds(times: dict[str, list[float]], rows: int) -> None:
    found = [ratio.value for ratio in ratios(rows, Times(times))]
    pairs = (("in", "in"), ("changes", "changes"), ("out", "out"), ("out again", "out"))
    speeds = {way: rows / statistics.median(values) for way, values in times.items()}
    assert found == pytest.approx(
        [speeds[f"ours {ours}"] / speeds[f"sling {sling}"] for ours, sling in pairs]
    )


def test_a_ratio_is_kept_up_to_a_tenth_slower_than_sling() -> None:
    even = {way: [10.0] for way in WAYS}
    assert all(ratio.kept for ratio in ratios(1000, Times(even)))
    for way, number in (("ours in", 0), ("ours changes", 1), ("ours out", 2), ("ours out again", 3)):
        for seconds, kept in ((11.1, True), (11.2, False)):
            assert [ratio.kept for ratio in ratios(1000, Times({**even, way: [seconds]}))] == [
                kept or place != number for place in range(4)
            ]


def test_what_did_not_arrive_gives_no_figure() -> None:
    sent = Content(2, "17")
    assert timed("way", lambda: None, sent, lambda: Content(2, "17")) >= 0
    for arrived in (Content(1, "17"), Content(2, "18")):
        with pytest.raises(RuntimeError, match=r"way: sent .*17.* arrived "):
            timed("way", lambda: None, sent, lambda found=arrived: found)


@pytest.mark.parametrize("column", OTHER_VALUES)
def test_the_checksum_depends_on_every_column(engine: duckdb.DuckDBPyConnection, column: str) -> None:
    before = in_duckdb(engine, "bench")
    engine.execute(f"UPDATE bench SET {column} = {OTHER_VALUES[column]} WHERE id = 1")  # noqa: S608 - our own words
    after = in_duckdb(engine, "bench")
    assert after.rows == before.rows == 2
    assert after.checksum != before.checksum


def test_the_checksum_does_not_depend_on_order_or_on_equivalent_types(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    engine.execute(
        "CREATE TABLE other AS SELECT * REPLACE (token::VARCHAR AS token, payload::VARCHAR AS payload,"
        " amount::DECIMAL(38, 6) AS amount) FROM bench ORDER BY id DESC"
    )
    assert in_duckdb(engine, "other") == in_duckdb(engine, "bench")


def test_the_count_tells_a_missing_row(engine: duckdb.DuckDBPyConnection) -> None:
    engine.execute("DELETE FROM bench WHERE id = 1")
    assert in_duckdb(engine, "bench").rows == 1


def test_attempts_that_hung_are_told_where_they_happened() -> None:
    times = Times({way: [10.0] for way in WAYS}, {"sling changes": 2})
    assert ["Sling hung 2 times" in ratio.detail for ratio in ratios(1000, times)] == [
        False,
        True,
        False,
        False,
    ]
