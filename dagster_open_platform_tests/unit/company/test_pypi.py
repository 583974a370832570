"""PyPI downloads: believable, with the dirt that real ones have."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

import duckdb
import pyarrow as pa
import pytest

from dagster_open_platform_local.company.pypi import FILE_DOWNLOADS, downloads_of_day
from dagster_open_platform_local.company.pypi_releases import is_train_day, packages
from dagster_open_platform_local.company.settings import CompanySettings

FULL = CompanySettings()
Query = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def days() -> dict[date, pa.Table]:
    """Every third day of the first 180, and two whole weeks, at scale 1."""
    numbers = sorted({*range(0, 180, 3), *range(14), *range(168, 182)})
    wanted = [FULL.epoch + timedelta(days=n) for n in numbers]
    return {day: downloads_of_day(FULL, day) for day in wanted}


@pytest.fixture(scope="module")
def query(days: dict[date, pa.Table]) -> Query:
    """SQL over the table `downloads` of all these days."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("downloads", pa.concat_tables(days.values()))
    return lambda sql: connection.execute(sql).fetchall()


def test_the_shape_is_that_of_the_public_table(days: dict[date, pa.Table]) -> None:
    for table in days.values():
        assert table.schema.equals(FILE_DOWNLOADS)
        table.validate(full=True)


def test_rows_lie_within_their_day_in_order(days: dict[date, pa.Table]) -> None:
    for day, table in days.items():
        stamps = table.column("timestamp").to_pylist()
        assert stamps == sorted(stamps)
        assert {stamps[0].date(), stamps[-1].date()} == {day}


def test_groups_a_day_are_as_many_as_the_platform_expects(query: Query) -> None:
    counts = query(
        "SELECT COUNT(*) FROM (SELECT timestamp::DATE AS day, file.project, file.version, details.installer.name, "
        "REGEXP_EXTRACT(details.python, '^[0-9]+[.][0-9]+') FROM downloads WHERE file.project = 'dagster' OR "
        "STARTS_WITH(file.project, 'dagster-') GROUP BY ALL) GROUP BY day"
    )
    sizes = sorted(int(str(count)) for (count,) in counts)
    assert sizes[0] >= 1100
    assert sizes[-1] <= 2200
    assert 1200 <= sizes[len(sizes) // 2] <= 2000


def test_weekends_are_low_and_the_half_year_grows_by_a_fifth(days: dict[date, pa.Table]) -> None:
    def week(start: int) -> list[int]:
        return [days[FULL.epoch + timedelta(days=start + n)].num_rows for n in range(7)]

    first = week(0)
    assert max(first[5:]) < min(first[:5])
    assert 2600 < sum(first) / 7 < 3400
    # Medians, because a crawler may have come on one of the days.
    growth = sorted(later / early for early, later in zip(week(0), week(175), strict=True))[3]
    assert 1.1 < growth < 1.35


def test_scale_ten_is_ten_times_as_much() -> None:
    day = date(2026, 7, 1)
    small, large = (downloads_of_day(CompanySettings(scale=scale), day).num_rows for scale in (1, 10))
    assert large / small == pytest.approx(10, rel=0.01)


def test_a_few_days_stand_out() -> None:
    tiny = CompanySettings(scale=0.1)
    totals = [downloads_of_day(tiny, tiny.epoch + timedelta(days=n)).num_rows for n in range(180)]
    odd = [n for n in range(7, 173) if not 0.6 < totals[n] / ((totals[n - 7] + totals[n + 7]) / 2) < 1.5]
    assert 1 <= len(odd) <= 20


def test_nothing_is_downloaded_before_its_release(days: dict[date, pa.Table]) -> None:
    released = {
        (package.name, version): date.fromordinal(day)
        for package in packages(FULL.seed)
        for version, day in zip(package.versions, package.release_days, strict=True)
    }
    for day, table in days.items():
        pairs = set(
            zip(*(table.column("file").combine_chunks().field(i).to_pylist() for i in (1, 2)), strict=True)
        )
        assert all(released[pair] <= day for pair in pairs)


def test_new_versions_are_taken_up(query: Query) -> None:
    share = "AVG((file.version = '1.13.28')::INT) FROM downloads WHERE file.project = 'dagster' AND timestamp::DATE"
    ((before,),) = query(f"SELECT {share} = '2026-10-28'")
    ((after,),) = query(f"SELECT {share} BETWEEN '2026-10-29' AND '2026-11-03'")
    assert before in (0, None)
    assert float(str(after)) > 0.2


def test_releases_end_at_the_versions_that_are_real() -> None:
    by_name = {package.name: package for package in packages(FULL.seed)}
    day = date(2026, 11, 1)
    for name, version in (("dagster", "1.13.28"), ("dagster-dbt", "0.29.28"), ("dagster-shell", "0.25.13")):
        package = by_name[name]
        assert package.versions[package.released(day) - 1] == version
    for package in by_name.values():
        assert all(one < other for one, other in pairwise(package.release_days))
        assert len(set(package.versions)) == len(package.versions)


def test_the_train_leaves_on_thursdays() -> None:
    assert is_train_day(date(2026, 10, 29))
    assert not is_train_day(date(2026, 10, 28))
    assert not is_train_day(date(2026, 11, 26))


def test_dirt_is_there(query: Query) -> None:
    ((nameless, pythonless, foreign, unusual),) = query(
        "SELECT AVG((details.installer.name IS NULL)::INT), AVG((details.python IS NULL)::INT), "
        "AVG((NOT STARTS_WITH(project, 'dagster'))::INT), COUNT(*) FILTER (project = 'dagstermill') FROM downloads"
    )
    assert 0.01 < float(str(nameless)) < 0.1
    assert 0.05 < float(str(pythonless)) < 0.3
    assert 0.01 < float(str(foreign)) < 0.2
    assert int(str(unusual)) > 0
    ((retried,),) = query("SELECT COUNT(*) FROM (SELECT * FROM downloads GROUP BY ALL HAVING COUNT(*) > 1)")
    assert int(str(retried)) > 50
    assert query("SELECT COUNT(*) FROM downloads WHERE project IS DISTINCT FROM file.project") == [(0,)]
