"""Whatever the company's size, seed and date, each connector has rows that fit: also where there are no customers, or no leads yet."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.company.settings import EPOCH, CompanySettings
from dagster_open_platform_tests.unit.company_fivetran.made import BY_NAME, NAMES, distinct, rows, tables_of


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**31),
    scale=st.floats(0.0005, 0.05),
    days=st.integers(0, 200),
)
@example(seed=7, scale=0.002, days=0)
@example(seed=7, scale=0.002, days=15)
@example(seed=0, scale=0.001953125, days=0)
@example(seed=283198, scale=0.00390625, days=0)
def test_small_companies_have_rows_too(name: str, seed: int, scale: float, days: int) -> None:
    company, today = (
        CompanySettings(seed=seed, scale=scale),
        date.fromordinal(EPOCH.toordinal()) + timedelta(days),
    )
    layouts = tables_of(BY_NAME[name])
    for table, found in rows(name, company, today).items():
        layout = layouts[table]
        assert {field.name for field in found.schema} <= {*layout.schema.names}
        assert distinct(found, layout) == found.num_rows, table
