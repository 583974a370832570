"""The product, killed while it writes."""

import random
from datetime import date
from pathlib import Path

import pytest

from dagster_open_platform_local.company.product.schema import DATABASES
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.fixtures.postgres import PostgresServer
from dagster_open_platform_tests.integration.product_service.holding import assert_holds, held_date
from dagster_open_platform_tests.integration.product_service.running import product

SETTINGS = CompanySettings(seed=9, scale=0.05)
START, END = date(2026, 8, 20), date(2026, 10, 20)


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment_it_leaves_the_rows_of_one_date(
    tmp_path: Path, postgres_server: PostgresServer, seed: int
) -> None:
    """Seed 0: in the first load. Seed 1: in a step of two months."""
    moments = random.Random(seed)  # noqa: S311 - chooses moments
    first_load, dates = seed % 2 == 0, {None: 0, START: 0, END: 0}
    with product(tmp_path, postgres_server, SETTINGS) as running:
        if not first_load:
            running.set_date(START)
            running.begin()
            running.wait()
            running.stop()
        running.set_date(END)
        was_writing = 0
        for _ in range(2):
            running.begin()
            was_writing += running.kill_while_writing(moments.randint(1, 200))
            for database in DATABASES:
                reached = held_date(running.url(database))
                dates[reached] += 1
                if reached is not None:
                    assert_holds(running.url(database), database, SETTINGS, reached)
        assert was_writing
        assert dates[None if first_load else START]
        assert not dates[START if first_load else None]
        running.begin()
        running.wait()
        for database in DATABASES:
            assert_holds(running.url(database), database, SETTINGS, END)
