"""The open-source deployment: its files belong together, and what is tried here is what they say."""

from pathlib import Path

import pytest
import yaml

from dagster_open_platform_local.deploying.composed import FOLDER, Composed, services
from dagster_open_platform_local.deploying.errors import DeploymentError
from dagster_open_platform_tests.fixtures.deployment import locations

COMPOSED = services()


def read(name: str) -> dict[str, dict[str, object]]:
    return yaml.safe_load((FOLDER / name).read_text())


def test_code_servers_start_before_who_asks_them() -> None:
    names = list(COMPOSED)
    assert set(names) == {"code", "code_eu", "webserver", "daemon"}
    assert max(names.index("code"), names.index("code_eu")) < min(
        names.index("webserver"), names.index("daemon")
    )


def test_it_has_the_code_locations_of_dagster_plus() -> None:
    servers = [service.command for service in COMPOSED.values() if "code-server" in service.command]
    modules = {location["code_source"]["module_name"] for location in locations().values()}
    assert {
        word.split("=")[1] for command in servers for word in command if "--module-name" in word
    } == modules
    names = {word.split("=")[1] for command in servers for word in command if "--location-name" in word}
    workspace = yaml.safe_load((FOLDER / "workspace.yaml").read_text())["load_from"]
    assert names == set(locations()) == {entry["grpc_server"]["location_name"] for entry in workspace}


def variables_in(value: object) -> set[str]:
    """The variables that a file of Dagster's refers to."""
    if isinstance(value, dict):
        if set(value) == {"env"}:
            return {value["env"]}
        return set().union(*map(variables_in, value.values()))
    return set().union(*map(variables_in, value)) if isinstance(value, list) else set()


def test_each_process_has_the_variables_that_its_files_refer_to() -> None:
    instance = variables_in(read("dagster.yaml"))
    workspace = variables_in(read("workspace.yaml"))
    assert len(instance) == 5
    assert len(workspace) == 4
    for service in COMPOSED.values():
        assert instance <= set(service.variables), service.name
    for name in ("webserver", "daemon"):
        assert workspace <= set(COMPOSED[name].variables)


def test_hosts_and_ports_are_those_of_the_services() -> None:
    variables = COMPOSED["webserver"].variables
    for prefix in ("DAGSTER_CODE", "DAGSTER_CODE_EU"):
        server = COMPOSED[variables[f"{prefix}_HOST"]]
        assert f"--port={variables[f'{prefix}_PORT']}" in server.command


def test_the_password_is_the_shell_s() -> None:
    assert {service.variables["DAGSTER_POSTGRES_PASSWORD"] for service in COMPOSED.values()} == {
        "${DAGSTER_POSTGRES_PASSWORD:?}"
    }


def test_without_a_container_only_places_differ(tmp_path: Path) -> None:
    service = Composed(
        "web",
        (
            "dagster-webserver",
            "--workspace=/home/dagster/instance/workspace.yaml",
            "--host=0.0.0.0",
            "--port=3000",
        ),
        {"DAGSTER_HOME": "/home/dagster/instance", "A": "1"},
    )
    here = service.here(tmp_path, {"A": "2"}, 4711)
    assert here.command == (
        "dagster-webserver",
        f"--workspace={tmp_path}/workspace.yaml",
        "--host=127.0.0.1",
        "--port=4711",
    )
    assert here.variables == {"DAGSTER_HOME": str(tmp_path), "A": "2"}


def test_a_service_that_waits_for_nothing_that_is_there_is_refused(tmp_path: Path) -> None:
    service = {"command": ["x"], "environment": {}, "depends_on": ["missing"]}
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump({"services": {"x": service}}))
    with pytest.raises(DeploymentError, match="wait for what is not there: x"):
        services(tmp_path)
