"""The cost and usage report: a month is the union of its days, with what came late and was corrected."""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from dagster_open_platform_local.company.exports import billing
from dagster_open_platform_local.company.exports.billing_rows import usage_rows
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_exports.reading import bucket, days, parquet

COMPANY = CompanySettings(seed=8, scale=0.4)
KEY = re.compile(r"aws/cost/BILLING_PERIOD=(\d{4}-\d\d)/cost-(\d{5})\.snappy\.parquet")
AMOUNTS = (
    "line_item_usage_amount",
    "line_item_unblended_cost",
    "savings_plan_savings_plan_effective_cost",
    "line_item_net_unblended_cost",
)
Rows = Counter[tuple[Any, ...]]


def delivered(today: date) -> dict[str, pa.Table]:
    """Each month's rows as they lie in the bucket on a date, by `YYYY-MM`."""
    found = bucket(billing.objects_of_day, COMPANY, COMPANY.epoch, today)
    files: dict[str, dict[int, pa.Table]] = {}
    for key, body in found.items():
        match = KEY.fullmatch(key)
        assert match, key
        files.setdefault(match[1], {})[int(match[2])] = parquet(body)
    months: dict[str, pa.Table] = {}
    for month, parts in files.items():
        assert sorted(parts) == list(range(1, len(parts) + 1))
        months[month] = pa.concat_tables([parts[number] for number in sorted(parts)])
    return months


def counted(table: pa.Table, leave_out: tuple[str, ...] = ()) -> Rows:
    """Rows as a bag, by the values of their columns in the order of the names."""
    names = sorted(name for name in table.column_names if name not in leave_out)
    return Counter(zip(*(table[name].to_pylist() for name in names), strict=True))


def test_a_closed_month_is_the_union_of_its_days() -> None:
    months = delivered(date(2026, 9, 20))
    assert [*months] == ["2026-06", "2026-07", "2026-08", "2026-09"]
    for month, rows in months.items():
        first = date.fromisoformat(f"{month}-01")
        names = [name for name in rows.column_names if name != "bill_billing_period_start_date"]
        ends = min((first + timedelta(days=32)).replace(day=1), date(2026, 9, 20))
        union: Rows = Counter()
        for day in days(first, ends):
            known = min(day + timedelta(days=billing.MOST_DAYS_LATER), date(2026, 9, 19))
            union += counted(usage_rows(COMPANY, [day], known).select(names))
        assert counted(rows.select(names)) == union, month
        assert set(rows["bill_billing_period_start_date"].to_pylist()) == {
            datetime.fromisoformat(f"{month}-01")
        }


def test_rows_come_late_and_amounts_change_until_the_fifth_of_the_next_month() -> None:
    """Night by night: a row never goes away, some come, some get another amount; after the fifth night nothing moves."""
    month = date(2026, 8, 1)
    nights = [*days(date(2026, 8, 25), date(2026, 9, 6))]
    before = billing.month_rows(COMPANY, month, nights[0])
    came_late = corrected = 0
    for night in nights[1:]:
        after = billing.month_rows(COMPANY, month, night)
        old, new = counted(before, AMOUNTS), counted(after, AMOUNTS)
        assert old <= new
        late = after.filter(
            pa.array([found.date() < night for found in after["line_item_usage_start_date"].to_pylist()])
        )
        came_late += (counted(late, AMOUNTS) - old).total()
        corrected += (counted(before) - counted(after)).total()
        before = after
    assert came_late > 10
    assert corrected > 10
    assert counted(before) == counted(billing.month_rows(COMPANY, month, date(2026, 9, 30)))


def test_a_month_is_written_until_the_fifth_night_after_it() -> None:
    for day in days(date(2026, 6, 28), date(2026, 7, 12)):
        months = {KEY.sub(r"\1", found.key) for found in billing.objects_of_day(COMPANY, day)}
        expected = {f"{day:%Y-%m}"} | ({"2026-06"} if day < date(2026, 7, 6) else set())
        assert months == expected, day
    first = {KEY.sub(r"\1", found.key) for found in billing.objects_of_day(COMPANY, COMPANY.epoch)}
    assert first == {"2026-06"}


def test_whoever_catches_up_may_leave_out_what_is_superseded() -> None:
    for today in (date(2026, 6, 2), date(2026, 7, 4), date(2026, 7, 6), date(2026, 9, 1)):
        last = today - timedelta(days=1)
        written = [day for day in days(COMPANY.epoch, today) if not billing.is_superseded(day, last)]
        quick = {found.key: found.body for day in written for found in billing.objects_of_day(COMPANY, day)}
        assert quick == bucket(billing.objects_of_day, COMPANY, COMPANY.epoch, today)
        assert len(written) <= 4


def test_columns_come_with_a_month() -> None:
    extra = {month: rows.column_names[12:] for month, rows in delivered(date(2026, 11, 3)).items()}
    plan, net = AMOUNTS[2:]
    assert extra == {
        **{"2026-06": [], "2026-07": []},
        **{"2026-08": [plan], "2026-09": [plan]},
        **{"2026-10": [plan, net], "2026-11": [plan, net]},
    }


def test_about_150_rows_a_day_and_a_second_file_when_the_month_is_large() -> None:
    company = CompanySettings()
    rows = billing.month_rows(company, date(2026, 7, 1), date(2026, 7, 31))
    assert 4000 < rows.num_rows < 5400
    keys = [found.key for found in billing.objects_of_day(company, date(2026, 7, 31))]
    assert [key[-22:] for key in keys] == [
        "cost-00001.snappy.parquet"[-22:],
        "cost-00002.snappy.parquet"[-22:],
    ]
    small = billing.month_rows(COMPANY, date(2026, 7, 1), date(2026, 7, 31))
    assert 0.35 < small.num_rows / rows.num_rows < 0.45


def test_values_make_sense() -> None:
    rows = delivered(date(2026, 9, 20))["2026-08"]
    found = rows.to_pylist()
    assert all(row["line_item_unblended_cost"] >= 0 for row in found)
    assert {row["line_item_currency_code"] for row in found} == {"USD"}
    assert 0 < rows["resource_tags_user_team"].null_count < rows.num_rows / 3
    assert 0 < rows["line_item_resource_id"].null_count < rows.num_rows / 3
    regions = {"us-west-2": "USW2", "us-east-1": "USE1", "eu-central-1": "EUC1"}
    assert all(row["line_item_usage_type"].startswith(f"{regions[row['product_region']]}-") for row in found)
    days_of_use = {row["line_item_usage_start_date"].date() for row in found}
    assert days_of_use == {*days(date(2026, 8, 1), date(2026, 9, 1))}
