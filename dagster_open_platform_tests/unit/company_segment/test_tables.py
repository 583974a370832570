"""The tables: what is in them on later dates, what is wrong with them on purpose, and that they agree with the rest of the company."""

from collections import Counter
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.fivetran.google_analytics_4.traffic import traffic
from dagster_open_platform_local.company.product.directory import directory
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.segment.calls import SLOW_DAY
from dagster_open_platform_local.company.segment.catalogue import SOURCES, TRACKS, USERS
from dagster_open_platform_local.company.segment.counts import BLOCKED, DELIVERED, RECEIVED, REFUSED, series
from dagster_open_platform_local.company.segment.tables import delivered, segment_tables
from dagster_open_platform_local.company.segment.website import SENT_PER_MILLE
from dagster_open_platform_local.company.settings import CompanySettings

COMPANY = CompanySettings(seed=5, scale=0.3)
EPOCH = COMPANY.epoch
TODAY, LATER = EPOCH + timedelta(days=110), EPOCH + timedelta(days=113)
Tables = dict[str, dict[str, pa.Table]]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return segment_tables(COMPANY, TODAY)


@pytest.fixture(scope="module")
def database(tables: Tables) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for slug, own in tables.items():
        connection.execute(f"CREATE SCHEMA {slug}")
        for name, rows in own.items():
            connection.register("rows", rows)
            connection.execute(f"CREATE TABLE {slug}.{name} AS FROM rows")
    return connection


def test_every_table_has_its_columns(tables: Tables) -> None:
    for source in SOURCES:
        expected = {table.name: table.fields for table in source.calls} | {"tracks": TRACKS, "users": USERS}
        assert {name: rows.schema.names for name, rows in tables[source.slug].items()} == {
            name: [column for column, _ in fields] for name, fields in expected.items()
        }
        assert all(rows.num_rows for rows in tables[source.slug].values())


def test_a_property_exists_from_some_day_on(tables: Tables) -> None:
    early = segment_tables(COMPANY, EPOCH + timedelta(days=100))["website"]["cta_clicked"]
    assert "experiment" not in early.column_names
    late = tables["website"]["cta_clicked"]
    assert 0 < late["experiment"].null_count < late.num_rows


def test_what_was_loaded_stays_and_nothing_is_loaded_into_the_past(tables: Tables) -> None:
    later = segment_tables(COMPANY, LATER)
    for slug, own in tables.items():
        for name, rows in own.items():
            if name == "users":
                continue
            after = later[slug][name]
            start = pa.scalar(TODAY, pa.date32()).cast(rows["uuid_ts"].type)
            loaded = pc.call_function("less", [after["uuid_ts"], start])
            assert after.filter(loaded).equals(rows), f"{slug}.{name}"


def test_each_day_keeps_what_the_days_before_it_delivered() -> None:
    """Also the visits of those who sign up only days later, which are few: so many days are asked."""
    found = delivered(COMPANY, TODAY, "website")
    for day in (EPOCH + timedelta(days=number) for number in range(10, 110)):
        then = delivered(COMPANY, day, "website")
        loaded = found.loaded < (day - date(1970, 1, 1)).days * 86_400_000
        assert Counter(then.calls.ids.tolist()) == Counter(found.calls.ids[loaded].tolist()), day


def test_a_company_may_be_tiny_or_hours_old() -> None:
    small = CompanySettings(seed=5, scale=0.01)
    for days in (0, 1, 3):
        found = segment_tables(small, EPOCH + timedelta(days=days))
        assert set(found) == {source.slug for source in SOURCES}


@pytest.mark.parametrize("slug", [source.slug for source in SOURCES])
def test_tracks_are_all_events(slug: str, database: duckdb.DuckDBPyConnection) -> None:
    source = next(each for each in SOURCES if each.slug == slug)
    union = " UNION ALL ".join(
        f"SELECT id, uuid_ts, event, event_text FROM {slug}.{table.name}"  # noqa: S608 - our own names
        for table in source.calls
        if table.kind == "track"
    )
    query = f"(SELECT id, uuid_ts, event, event_text FROM {slug}.tracks EXCEPT ALL ({union}))"  # noqa: S608 - our own names
    assert database.execute(f"SELECT count(*) FROM {query}").fetchone() == (0,)  # noqa: S608 - our own names
    assert database.execute(
        f"SELECT count(*) = (SELECT count(*) FROM ({union})) FROM {slug}.tracks"  # noqa: S608 - our own names
    ).fetchone() == (True,)


def test_calls_are_late_twice_and_from_wrong_clocks(database: duckdb.DuckDBPyConnection) -> None:
    whole = " UNION ALL ".join(
        f"SELECT '{source.slug}' AS slug, id, received_at, timestamp, original_timestamp, sent_at, uuid_ts"  # noqa: S608 - our own names
        f" FROM {source.slug}.{table.name}"
        for source in SOURCES
        for table in source.calls
    )
    found = database.execute(
        f"""
        WITH calls AS ({whole})
        SELECT count(*), count(DISTINCT (slug, id)),
            count(*) FILTER (received_at - timestamp > INTERVAL 5 MINUTE),
            count(*) FILTER (original_timestamp - timestamp > INTERVAL 1 MINUTE
                OR timestamp - original_timestamp > INTERVAL 1 MINUTE),
            count(*) FILTER (uuid_ts <= received_at),
            count(*) FILTER (abs(epoch(received_at) - epoch(sent_at) - epoch(timestamp) + epoch(original_timestamp)) > 0.01)
        FROM calls
        """  # noqa: S608 - our own names
    ).fetchone()
    assert found is not None
    rows, ids, late, wrong_clocks, loaded_before, not_corrected = found
    assert 0.002 < (rows - ids) / rows < 0.01
    assert 0.01 < late / rows < 0.04
    assert 0.008 < wrong_clocks / rows < 0.04
    assert (loaded_before, not_corrected) == (0, 0)


def test_loads_were_slow_on_one_day(database: duckdb.DuckDBPyConnection) -> None:
    query = """
        SELECT received_at::DATE AS day, quantile_cont(epoch(uuid_ts) - epoch(received_at), 0.95) / 3600 AS hours
        FROM docs.pages GROUP BY 1 HAVING hours > 3 ORDER BY 1
    """
    assert [row[0] for row in database.execute(query).fetchall()] == [EPOCH + timedelta(days=SLOW_DAY)]


def test_segments_counts_are_the_rows_and_what_it_refused(tables: Tables) -> None:
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for each in series(COMPANY, TODAY):
        counted[each.source, each.kind, each.event, each.outcome] += sum(each.counts)
    for source in SOURCES:
        for table in source.calls:
            key = (source.slug, table.kind, table.text)
            assert counted[*key, DELIVERED] == tables[source.slug][table.name].num_rows, key
            on_the_way = counted[*key, RECEIVED] - counted[*key, REFUSED] - counted[*key, DELIVERED]
            # Loads come each hour: what came in the last one is not there yet.
            assert 0 <= on_the_way <= 30, key
    assert counted["product", "track", "Run Launched", REFUSED] > 0
    for slug, event in BLOCKED.items():
        assert counted[slug, "track", event, RECEIVED] == counted[slug, "track", event, REFUSED] > 0


def test_users_and_groups_are_the_products(tables: Tables) -> None:
    known = directory(COMPANY, TODAY)
    emails = dict(zip(known.users["id"].to_pylist(), known.users["email"].to_pylist(), strict=True))
    for own in tables.values():
        for row in own["users"].to_pylist():
            assert row["email"] == emails[int(row["id"])]
    organizations = dict(
        zip(known.organizations["id"].to_pylist(), known.organizations["domain"].to_pylist(), strict=True)
    )
    for row in tables["product"]["groups"].to_pylist():
        assert row["domain"] == organizations[int(row["group_id"])]
        assert known.user_organization[int(row["user_id"]) - 1] == int(row["group_id"])


def test_the_product_sends_what_it_counts(tables: Tables) -> None:
    counted = {
        (row["user_id"], row["day"], row["event_kind"])
        for shard in ("main", "shard1")
        for row in product_tables(COMPANY, shard, TODAY, ["user_events_counts"])[
            "user_events_counts"
        ].to_pylist()
    }
    kinds = {"run_launched": "launch_run", "asset_viewed": "view_asset", "search_performed": "search"}
    for table, kind in kinds.items():
        sent = {
            (int(row["user_id"]), row["timestamp"].date(), kind)
            for row in tables["product"][table].select(["user_id", "timestamp"]).to_pylist()
        }
        # The network may take a call over midnight.
        assert len(sent - counted) <= 0.01 * len(sent)
        of_kind = {each for each in counted if each[2] == kind}
        assert 0.7 * len(of_kind) < len(sent) < 0.9 * len(of_kind)


def test_visits_are_the_analytics_less_what_is_not_sent(tables: Tables) -> None:
    counted = traffic(COMPANY, TODAY)
    first = (EPOCH - date(1970, 1, 1)).days
    sessions = counted.sessions[counted.day >= first].sum()
    by_campaign = counted.sessions[(counted.day >= first) & (counted.origin < len(campaigns(COMPANY)))].sum()
    pages = tables["website"]["pages"]
    tags = {each.utm_campaign for each in campaigns(COMPANY)}
    found = [tag for tag in pages["context_campaign_name"].to_pylist() if tag is not None]
    assert set(found) <= tags
    assert 0.7 < len(found) / (by_campaign * SENT_PER_MILLE / 1000) < 1.4
    assert pages.num_rows > sessions * SENT_PER_MILLE / 1000


def test_who_signs_up_was_anonymous_before(tables: Tables) -> None:
    known, website = directory(COMPANY, TODAY), tables["website"]
    pages = Counter(website["pages"]["anonymous_id"].to_pylist())
    for row in website["signed_up"].to_pylist():
        organization = int(row["organization_id"])
        assert int(row["user_id"]) == known.founders[organization - 1]
        assert abs(row["timestamp"].timestamp() - known.created[organization - 1]) < 5
        assert pages[row["anonymous_id"]] >= 1
    assert website["pages"]["user_id"].null_count == website["pages"].num_rows


def test_certificates_are_of_those_who_did_all_lessons_and_passed(
    database: duckdb.DuckDBPyConnection,
) -> None:
    odd = """
        SELECT count(*) FROM university.certificate_issued AS done
        WHERE NOT EXISTS (
            SELECT 1 FROM university.quiz_submitted AS quiz
            WHERE quiz.course = done.course AND quiz.is_passed
                AND (quiz.user_id = done.user_id OR done.user_id IS NULL)
        )
    """
    assert database.execute(odd).fetchone() == (0,)
    wrong = "SELECT count(*) FROM university.quiz_submitted WHERE is_passed <> (score >= 70)"
    assert database.execute(wrong).fetchone() == (0,)


def test_bots_read_and_do_nothing(database: duckdb.DuckDBPyConnection) -> None:
    for slug in ("website", "docs"):
        (bots,) = database.execute(
            f"SELECT count(*) FROM {slug}.pages WHERE context_user_agent ILIKE '%bot%'"  # noqa: S608 - our own names
        ).fetchone() or (0,)
        assert bots > 0
        assert database.execute(
            f"SELECT count(*) FROM {slug}.tracks WHERE context_user_agent ILIKE '%bot%'"  # noqa: S608 - our own names
        ).fetchone() == (0,)


def test_a_company_at_full_size_stays_small() -> None:
    whole = segment_tables(CompanySettings(), date(2026, 11, 26))
    assert sum(rows.num_rows for own in whole.values() for rows in own.values()) <= 200_000
    assert np.sum([len(own) for own in whole.values()]) >= 35
