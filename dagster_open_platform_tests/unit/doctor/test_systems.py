"""What systems say that they need is what their clients ask for and what instances require: the three cannot drift apart."""

import re
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
import pytest_socket
import yaml

from dagster_open_platform.lib.aws.system import S3
from dagster_open_platform.lib.fivetran.system import FIVETRAN
from dagster_open_platform.lib.hightouch.system import HIGHTOUCH
from dagster_open_platform.lib.postgres.system import PRODUCT_DATABASES, REPORTING
from dagster_open_platform.lib.systems import Declared, System, is_this_machine
from dagster_open_platform.lib.warehouse.duckdb import object_storage
from dagster_open_platform.operations.doctor.systems import (
    DEFS,
    declared_for,
    known_systems,
    owned_by,
    required_by,
    systems_of,
)
from dagster_open_platform.resources import default_resources
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform.utils.failures import PermanentFailure

ENVIRONMENTS = (Environment(EnvironmentName.LOCAL), Environment(EnvironmentName.PROD))
VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
ALTERNATIVE = re.compile(r" \(or [^)]*\)")
TEMPLATE = re.compile(r"""\benv\(\s*['"](\w+)['"]""")
OTHERS_FOLDERS = {"schedules", "semantic_layer", "metrics_report"}
"""Folders that reach the outside through systems of other folders only."""
ASSETS_IN_PYTHON_ONLY = {"github", "slack", "anthropic"}
"""Systems that no YAML instance uses, so that none requires their variables."""


@pytest.fixture(scope="module", params=ENVIRONMENTS, ids=lambda environment: environment.name.value)
def systems(request: pytest.FixtureRequest) -> tuple[System, ...]:
    return tuple(systems_of(default_resources(request.param)))


@pytest.fixture(scope="module")
def documents() -> list[tuple[str, Mapping[str, object]]]:
    """Every instance, with its folder below `defs/`."""
    return [
        (path.parent.relative_to(DEFS).as_posix(), document)
        for path in sorted(DEFS.rglob("defs.yaml"))
        for document in yaml.load_all(path.read_text(), yaml.CSafeLoader)
    ]


def test_every_environment_has_the_same_systems(systems: tuple[System, ...]) -> None:
    names = [system.name for system in systems]
    assert names == [*known_systems()]
    assert len(set(names)) == len(names)


def test_every_folder_is_a_systems(systems: tuple[System, ...]) -> None:
    folders = {path.name for path in DEFS.iterdir() if path.is_dir() and not path.name.startswith("_")}
    served = {Path(system.folder).parts[0] for system in systems}
    assert folders - served == OTHERS_FOLDERS
    assert all((DEFS / system.folder).is_dir() for system in systems)


def test_every_required_variable_is_explained_by_one_system(
    documents: list[tuple[str, Mapping[str, object]]],
) -> None:
    """In production or on a laptop; what is reached through the warehouse has no variables of its own."""
    explained: dict[str, set[str]] = {}
    for environment in ENVIRONMENTS:
        systems = [each for each in systems_of(default_resources(environment)) if not each.in_warehouse]
        declared = declared_for(systems)
        for system in systems:
            for name in owned_by(system) | {each.name for each in system.variables(declared[system.name])}:
                explained.setdefault(name, set()).add(system.name)
    required = {name for _, document in documents for name in required_by(document)}
    assert len(required) > 20
    assert {name: explained.get(name, set()) for name in required if len(explained.get(name, ())) != 1} == {}


def test_every_needed_variable_is_required_by_an_instance(
    systems: tuple[System, ...], documents: list[tuple[str, Mapping[str, object]]]
) -> None:
    required = {name for _, document in documents for name in required_by(document)}
    unused = {
        system.name
        for system in systems
        for variable in system.needed
        if not {variable.name, *variable.instead} & required
    }
    assert unused == ASSETS_IN_PYTHON_ONLY


def asked_for(
    system: System, environment: Environment, declared: Declared, patch: pytest.MonkeyPatch
) -> set[str]:
    """The variables that a system's client asks for, found by giving it each that it asks for."""
    resources, named = default_resources(environment), set[str]()
    while True:
        # Once it has all, it is stopped at the network, or refuses what it was given.
        with pytest.raises((PermanentFailure, pytest_socket.SocketBlockedError)) as caught:
            system.probe(resources, declared)
        told = getattr(caught.value, "description", None) or ""
        fresh = set(VARIABLE.findall(ALTERNATIVE.sub("", told))) - named
        if not fresh:
            return named
        named |= fresh
        for name in fresh:
            patch.setenv(name, "x")


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: each.name.value)
@pytest.mark.parametrize(
    "name",
    [
        "warehouse",
        "warehouse_eu",
        "stripe",
        "github",
        "slack",
        "anthropic",
        "segment",
        "fivetran",
        "hightouch",
    ],
)
def test_a_system_needs_what_its_client_asks_for(
    name: str, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    systems = systems_of(default_resources(environment))
    declared = declared_for(systems)[name]
    [system] = [each for each in systems if each.name == name]
    asked = asked_for(system, environment, declared, monkeypatch)
    # What YAML names is needed, too: the account's id is no part of a call.
    templates = {named for document in declared.documents for named in TEMPLATE.findall(str(document))}
    assert asked | templates == {variable.name for variable in system.needed}


def test_object_storage_needs_what_duckdb_asks_for() -> None:
    with duckdb.connect() as connection, pytest.raises(PermanentFailure) as caught:
        object_storage.set_up(connection)
    assert set(VARIABLE.findall(str(caught.value.description))) == {each.name for each in S3.needed}


def test_ids_and_connections_are_found_in_the_instances() -> None:
    declared = declared_for(systems_of(default_resources(ENVIRONMENTS[0])))
    syncs = {each["attributes"]["sync_id_env_var"] for each in declared[HIGHTOUCH.name].documents}
    assert {*declared[HIGHTOUCH.name].variables} == syncs != set()
    for system in (PRODUCT_DATABASES, REPORTING):
        files = [
            yaml.safe_load(path.read_text()) for path in (DEFS / system.folder).rglob("configs/**/*.yaml")
        ]
        ends = {file[end] for file in files for end in ("source", "target") if end in file}
        assert {*declared[system.name].variables} == ends - {"PURINA", "DWH_REPORTING"} != set()


def test_an_instance_of_another_account_brings_its_own_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "fivetran"
    folder.mkdir()
    (folder / "defs.yaml").write_text(
        "type: x\nrequirements: {env: [FIVETRAN_API_KEY, EU_FIVETRAN_KEY, SNOWFLAKE_USER]}\n"
        "attributes: {workspace: {account_id: a, api_key: \"{{ env('EU_FIVETRAN_KEY') }}\", api_secret: b}}\n"
    )
    declared = declared_for([FIVETRAN], tmp_path)[FIVETRAN.name]
    assert declared.variables == ("EU_FIVETRAN_KEY",)
    assert "EU_FIVETRAN_KEY" in asked_for(FIVETRAN, ENVIRONMENTS[0], declared, monkeypatch)
    assert [each.name for each in FIVETRAN.variables(declared)][-1] == "EU_FIVETRAN_KEY"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:8000/slack/api", True),
        ("http://localhost", True),
        ("localhost", True),
        ("127.0.0.1:8443", True),
        ("http://[::1]:9", True),
        ("postgresql://me:a%2Fb@localhost:5432/x", True),
        ("/home/me/warehouse", True),
        ("https://api.github.com", False),
        ("https://127.0.0.1.example.com", False),
        ("postgresql://localhost:pw@db.example.com/x", False),
        ("http://[broken", False),
        ("xy12345.eu-west-1.snowflakecomputing.com", False),
    ],
)
def test_only_this_machine_is_this_machine(address: str, expected: bool) -> None:
    assert is_this_machine(address) is expected
