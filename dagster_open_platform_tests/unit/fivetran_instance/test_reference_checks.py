"""The checks of what names the company's customers, beside an independent computation, on both engines."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dagster_open_platform.defs.fivetran.py.checks import (
    CHECKS,
    ReferenceCheck,
    fivetran_reference_checks,
    judged,
)
from dagster_open_platform.defs.fivetran.py.references import SAMPLE, Found, References
from dagster_open_platform.lib.warehouse import WarehouseResource, duckdb_warehouse, snowflake_warehouse
from dagster_open_platform_tests.unit.fivetran_instance.world import DATABASES, World, worlds

WRONG_IN_EVERY_WAY = World(
    organizations=({1: False, 2: False, 3: True, 4: False}, {4: False, 5: False}),
    customers=(frozenset({1, 2, 3}), frozenset({5})),
    accounts=(
        *(("org_1", 1, False), (" org_1 ", None, False), ("org_2", 2, True)),
        *(("org_77", 77, False), ("ORG_5", None, False), (None, None, False)),
        ("org_1.0", None, False),
    ),
    opportunities=((0, False), (2, False), (99, False), (99, True), (None, False)),
)
ANSWERS = {
    ("account", "organization_ids_are_valid"): (5, 3),
    ("company", "organization_ids_are_valid"): (2, 1),
    ("account", "organizations_have_one_account"): (4, 1),
    ("account", "customers_have_an_account"): (3, 2),
    ("opportunity", "opportunities_have_an_account"): (3, 2),
}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> WarehouseResource:
    return duckdb_warehouse(tmp_path_factory.mktemp("warehouse"), DATABASES)


@contextlib.contextmanager
def fake_snowflake() -> Iterator[WarehouseResource]:
    import fakesnow
    import snowflake.connector

    with fakesnow.patch(nop_regexes=["^ALTER SESSION SET QUERY_TAG"]):
        with contextlib.closing(snowflake.connector.connect()) as session:
            for database in DATABASES:
                session.cursor().execute(f"CREATE DATABASE {database}")
        yield snowflake_warehouse(DATABASES, account="account", user="user", password="correct horse")


def answers(warehouse: WarehouseResource, world: World) -> dict[tuple[str, str], tuple[int, int]]:
    found = {}
    with warehouse.connect() as connection:
        world.write(connection)
        for check in CHECKS:
            answer = check.ask(References(warehouse, connection))
            assert len(answer.sample) == min(answer.wrong, SAMPLE)
            found[check.table, check.name] = (answer.checked, answer.wrong)
    return found


@given(world=worlds())
@example(world=WRONG_IN_EVERY_WAY)
@settings(max_examples=12)
def test_every_answer_is_that_of_an_independent_computation(local: WarehouseResource, world: World) -> None:
    assert answers(local, world) == world.expected()


def test_snowflake_answers_the_same() -> None:
    assert WRONG_IN_EVERY_WAY.expected() == ANSWERS
    with fake_snowflake() as warehouse:
        assert answers(warehouse, WRONG_IN_EVERY_WAY) == ANSWERS


@given(checked=st.integers(0, 10**6), part=st.floats(0, 1), check=st.sampled_from(CHECKS))
def test_up_to_one_in_a_hundred_warns_and_more_fails(
    checked: int, part: float, check: ReferenceCheck
) -> None:
    wrong = int(checked * part)
    row = {"id": "1", "label": "Acme", "names": "2"}
    result = judged(check, Found(checked, wrong, (row,) * min(wrong, SAMPLE)))
    assert result.passed == (wrong == 0)
    fails = wrong * 100 > checked and not check.only_warns
    assert result.severity == (dg.AssetCheckSeverity.ERROR if fails else dg.AssetCheckSeverity.WARN)
    assert result.metadata["rows_violating"].value == wrong
    assert ("Acme" in str(result.description)) == (wrong > 0)


def test_a_run_says_what_is_wrong_and_shows_some(local: WarehouseResource) -> None:
    answers(local, WRONG_IN_EVERY_WAY)
    results = results_of(local)
    assert {key: result.passed for key, result in results.items()} == dict.fromkeys(ANSWERS, False)
    ids = results["account", "organization_ids_are_valid"]
    assert ids.severity == dg.AssetCheckSeverity.ERROR
    assert ids.metadata["sample"].value == [
        {"id": "0013", "label": "Account 3", "names": "org_77"},
        {"id": "0014", "label": "Account 4", "names": "ORG_5"},
        {"id": "0016", "label": "Account 6", "names": "org_1.0"},
    ]
    assert "3 of 5" in str(ids.description)
    twice = results["account", "organizations_have_one_account"]
    assert twice.severity == dg.AssetCheckSeverity.WARN


def test_a_check_of_tables_that_are_not_there_says_which(tmp_path: Path) -> None:
    warehouse = duckdb_warehouse(tmp_path, DATABASES)
    results = results_of(warehouse)
    assert {key: result.passed for key, result in results.items()} == dict.fromkeys(ANSWERS, False)
    assert all("There is no table fivetran." in str(result.description) for result in results.values())


def test_one_check_of_several_can_be_run(local: WarehouseResource) -> None:
    answers(local, WRONG_IN_EVERY_WAY)
    key = CHECKS[0].spec().key
    assert set(results_of(local, dg.AssetSelection.checks(key))) == {(key.asset_key.path[-1], key.name)}


def results_of(
    warehouse: WarehouseResource, selection: dg.AssetSelection | None = None
) -> dict[tuple[str, str], Any]:
    job = dg.define_asset_job("checks", selection or dg.AssetSelection.all_asset_checks())
    defs = dg.Definitions(
        asset_checks=[fivetran_reference_checks], jobs=[job], resources={"warehouse": warehouse}
    )
    run = defs.resolve_job_def("checks").execute_in_process()
    return {(each.asset_key.path[-1], each.check_name): each for each in run.get_asset_check_evaluations()}
