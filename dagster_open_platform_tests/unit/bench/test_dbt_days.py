"""The benchmark of days: what it divides, and that it tells what dbt said."""

from datetime import date
from pathlib import Path

import pytest

from dagster_open_platform_local.bench import dbt_days

DAYS = (date(2026, 6, 1), date(2026, 6, 2))


def test_a_build_is_held_against_three_minutes_and_the_next_day_against_the_build() -> None:
    full, following = dbt_days.ratios({"full": 90.0, "next": 36.0, "again": 60.0})
    assert (full.value, full.kept) == (0.5, True)
    assert (following.value, following.kept) == (pytest.approx(0.4), False)
    assert "again takes 60.0 s" in following.detail


def test_a_build_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no-such-option"):
        dbt_days.build(tmp_path, DAYS, "--no-such-option")
