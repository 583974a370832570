"""The whole project over a whole company: everything is built, every test passes, nothing is empty, and nobody is named where nobody should be.

What belongs here: what holds of the built warehouse. What does not: how the project is written (`test_project.py`), and faults
(`test_company_faults.py`).
"""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from dbt.contracts.graph.manifest import Manifest

from dagster_open_platform_tests.integration.dbt.company import BuiltCompany, relation_of
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt, results_of

WARNS: dict[str, str] = {}
"""Tests that warn on a clean company, with the reason."""
EMPTY: dict[str, str] = {}
"""Models that have no rows in a company this small and young, with the reason."""
NAMING_PERSONS = ("pii", "hightouch")
"""Schemas in which persons may be named: the one for that, and what Hightouch sends to where they are known."""
_PERSONAL = re.compile(
    r"(^|_)(email|email_address|first_name|last_name|full_name|display_name|phone|phone_number|mobile|ip|ip_address|street)$"
)
_ADDRESS = r"[\w.+-]+@[\w-]+\.[a-z]+"


@pytest.fixture(scope="module")
def project(dbt_local: InProcessDbt) -> Manifest:
    return dbt_local.manifest


def built_nodes(project: Manifest) -> list[Any]:
    return [node for node in project.nodes.values() if node.resource_type in ("model", "seed", "snapshot")]


def test_everything_is_built_and_every_test_passes(project: Manifest, company: BuiltCompany) -> None:
    wrong = {
        name.split(".")[2]: f"{found.status}: {found.message}"
        for name, found in company.outcomes.items()
        # What is skipped is below something that is told here.
        if found.status not in ("success", "pass", "skipped", "no-op")
    }
    assert {name: why for name, why in wrong.items() if name not in WARNS} == {}


def test_nothing_was_left_out(project: Manifest, company: BuiltCompany) -> None:
    kinds = ("model", "seed", "snapshot", "test")
    expected = {name for name, node in project.nodes.items() if node.resource_type in kinds} | {
        *project.unit_tests
    }
    # Exposures and saved queries are told of, though nothing is done about them.
    assert {
        name for name in company.outcomes if not name.startswith(("exposure.", "saved_query."))
    } == expected


def test_no_model_that_people_read_is_empty(project: Manifest, company: BuiltCompany) -> None:
    read = [
        node for node in built_nodes(project) if node.fqn[1] in ("core", "marts", "hightouch", "intermediate")
    ]
    built = [node for node in read if company.columns(relation_of(node))]
    empty = {node.name for node in built if company.is_empty(relation_of(node))}
    assert empty == EMPTY.keys()


def test_no_column_outside_of_pii_is_called_after_what_names_persons(
    project: Manifest, company: BuiltCompany
) -> None:
    for node in built_nodes(project):
        if node.config.schema not in NAMING_PERSONS:
            columns = company.columns(relation_of(node)).items()
            # Whether there is an address names nobody.
            named = [name for name, kind in columns if kind != "BOOLEAN" and _PERSONAL.search(name)]
            assert named == [], node.name


def test_no_value_outside_of_pii_is_or_holds_an_address(project: Manifest, company: BuiltCompany) -> None:
    found: dict[str, list[str]] = {}
    for node in built_nodes(project):
        relation = relation_of(node)
        texts = [name for name, kind in company.columns(relation).items() if kind == "VARCHAR"]
        if node.config.schema in NAMING_PERSONS or not texts:
            continue
        asked = ", ".join(f"bool_or(regexp_matches({name}, '{_ADDRESS}'))" for name in texts)
        (answer,) = company.connection.execute(f"select {asked} from {relation}").fetchall()  # noqa: S608 -- our own names
        if named := [name for name, is_there in zip(texts, answer, strict=True) if is_there]:
            found[relation] = named
    assert found == {}


def test_an_address_would_be_found_where_it_may_be(company: BuiltCompany) -> None:
    """Otherwise the test above would prove nothing."""
    query = f"select count(*) from dwh_reporting.pii.pii_cloud_product__users where regexp_matches(email_address, '{_ADDRESS}')"  # noqa: S608 -- our own names
    assert company.connection.execute(query).fetchall()[0][0] > 0


def test_sources_say_how_fresh_they_are(
    project: Manifest,
    dbt_local: InProcessDbt,
    company: BuiltCompany,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for path in company.directory.glob("*.duckdb"):
        shutil.copy(path, tmp_path)
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(tmp_path))
    results = results_of(dbt_local.call("source", "freshness"))
    # Fresh or not depends on the day of the test; that each can be asked does not.
    statuses = {node.node.unique_id: str(node.status) for node in results}
    assert statuses.keys() == {name for name, source in project.sources.items() if source.freshness}
    assert set(statuses.values()) <= {"pass", "warn", "error"}
