"""What `dg scaffold defs` writes for each of our components loads at once, in the house's shape, and nothing is written half."""

import json
import random
import shutil
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import typer
import yaml
from dagster.components.component_scaffolding import scaffold_object
from dagster.components.testing import DefsFolderSandbox, create_defs_folder_sandbox
from pydantic import ValidationError

from dagster_open_platform import lib
from dagster_open_platform.lib.code_location import CodeLocation
from dagster_open_platform.lib.definition_checks import check_definitions
from dagster_open_platform.lib.scaffolding.place import Refused
from dagster_open_platform.lib.scaffolding.scaffolder import HouseScaffolder, Param
from dagster_open_platform.lib.yaml_errors import located_yaml_errors
from dagster_open_platform.resources import default_resources
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName, environment_scope
from dagster_open_platform_tests.fixtures.instances import FOLDER, Instance, instances_of
from dagster_open_platform_tests.unit.conventions.test_requirements import named_in_templates, needed

LOCAL = Environment(EnvironmentName.LOCAL)
SOURCES = {
    "stage": "s3://bucket/prefix/",
    "external table": "@billing_exports/aws/",
    "view": "select organization_id from purina.cloud_product.organizations",
    "dynamic table": "select 'it''s: 1' as quoted",
    "semantic view": "dwh_reporting.core.dim_organizations",
}


def params_of(name: str) -> tuple[Param, ...]:
    scaffolder = getattr(lib, name).__scaffolder_cls__
    assert issubclass(scaffolder, HouseScaffolder)
    return scaffolder.PARAMS


def required(name: str) -> dict[str, str]:
    """What has to be answered, by the examples, which are valid."""
    return {param.name: param.example for param in params_of(name) if param.default is None}


CASES: list[tuple[str, dict[str, str]]] = [
    *((name, required(name)) for name in lib.__all__ if name != "SnowflakeCreateOrRefreshComponent"),
    *(
        (
            "SnowflakeCreateOrRefreshComponent",
            {**required("SnowflakeCreateOrRefreshComponent"), "object_type": kind, "source": source},
        )
        for kind, source in SOURCES.items()
    ),
]


def scaffold(root: Path, name: str, path: str, params: Mapping[str, Any], project: Path | None) -> None:
    """As `dg scaffold defs` does it, for which an instance that is not at the very path ends with its own end."""
    try:
        scaffold_object(
            root / path, f"dagster_open_platform.lib.{name}", json.dumps(dict(params)), "yaml", project
        )
    except typer.Exit as ended:
        if ended.exit_code != 0:
            raise


@pytest.fixture
def sandbox() -> Iterator[DefsFolderSandbox]:
    with create_defs_folder_sandbox() as made:
        yield made


def loaded(sandbox: DefsFolderSandbox) -> dg.Definitions:
    with environment_scope(LOCAL), sandbox.build_component_tree() as tree:
        with located_yaml_errors(tree.defs_module_path):
            found = tree.build_defs(tree.defs_module_path)
        resources = {**default_resources(LOCAL), "code_location": CodeLocation()}
        merged = dg.Definitions.merge(found, dg.Definitions(resources=resources))
        check_definitions(merged)
    return merged


def files(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_every_component_asks() -> None:
    assert {name for name, _ in CASES} == set(lib.__all__)
    assert all(required(name) for name in lib.__all__)


@pytest.mark.parametrize(("name", "params"), CASES)
def test_an_instance_loads_in_an_otherwise_empty_folder(
    name: str, params: dict[str, str], sandbox: DefsFolderSandbox
) -> None:
    root = sandbox.defs_folder_path
    if "target" in params:  # a job needs assets
        scaffold(
            root, "ExecutableComponent", "finance", required("ExecutableComponent"), sandbox.project_root
        )
    scaffold(root, name, "acme/orders", params, sandbox.project_root)
    path = root / "acme" / "components" / "orders" / "defs.yaml"
    found = yaml.safe_load(path.read_text())
    assert found["type"] == f"dagster_open_platform.lib.{name}"
    assert not (root / "acme" / "orders").exists()
    declared = set(found.get("requirements", {}).get("env", ()))
    assert set(named_in_templates(found["attributes"])) <= declared
    uses_template_vars = any(f"{each}(" in path.read_text() for each in ("database_from_env", "fresh_within"))
    assert ("template_vars_module" in found) == uses_template_vars
    defs = loaded(sandbox)
    assert defs.assets or defs.jobs or defs.asset_checks or name == "FivetranComponent"


def test_all_beside_ours(sandbox: DefsFolderSandbox) -> None:
    """In a copy of the project they load too, and name the variables that they need."""
    root = sandbox.defs_folder_path
    shutil.copytree(FOLDER, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    made = set()
    for number, (name, params) in enumerate(CASES):
        if name == "DopHightouchSyncComponent":
            continue
        own = {
            **params,
            **{
                key: f"{value}{number}"
                for key, value in params.items()
                if key in ("name", "key", "source_schema", "table") and "." not in value
            },
        }
        own |= {"variables": "FIVETRAN_EU"} if name == "FivetranComponent" else {}
        own |= {"key": f"acme/table{number}"} if name == "LastUpdatedObservationComponent" else {}
        own |= {"source": "academy"} if name == "SegmentComponent" else {}
        scaffold(root, name, f"acme{number}", own, sandbox.project_root)
        made.add(f"acme{number}")
    scaffold(
        root,
        "ExecutableComponent",
        "stripe/more",
        {"key": "acme/more", "description": "More: of it."},
        sandbox.project_root,
    )
    documents = list(yaml.safe_load_all((root / "stripe/components/defs.yaml").read_text()))
    assert [each["attributes"]["name"] for each in documents][-1] == "more"
    defs = loaded(sandbox)
    instances = instances_of(defs, root)
    ours: list[Instance] = [each for each in instances if each.path.relative_to(root).parts[0] in made]
    assert len(ours) == len(made)
    assert {each.path: sorted(each.declared) for each in ours} == {
        each.path: sorted(needed(each, instances, defs)) for each in ours
    }


@pytest.mark.parametrize("name", lib.__all__)
def test_what_is_missing_is_told_in_words(name: str, sandbox: DefsFolderSandbox) -> None:
    given = required(name)
    missing = random.Random(name).choice(sorted(given))  # noqa: S311 - no secret
    with pytest.raises(ValidationError) as raised:
        scaffold(
            sandbox.defs_folder_path, name, "acme", {k: v for k, v in given.items() if k != missing}, None
        )
    (param,) = (each for each in params_of(name) if each.name == missing)
    assert f"missing: {param.option}: {param.description} For example {param.example!r}." in str(raised.value)
    assert not list(sandbox.defs_folder_path.glob("acme*"))


@pytest.mark.parametrize("name", lib.__all__)
def test_wrong_answers_are_refused_with_what_is_expected(name: str, sandbox: DefsFolderSandbox) -> None:
    for param in params_of(name):
        wrong = "veiw?" if param.choices else "-- no such thing!\n"
        if param.expected == "a text" and not param.choices:
            continue
        with pytest.raises(ValidationError) as raised:
            scaffold(sandbox.defs_folder_path, name, "acme", {**required(name), param.name: wrong}, None)
        assert f"{param.option}: found " in str(raised.value)
    assert not list(sandbox.defs_folder_path.glob("acme*"))


def test_an_unknown_parameter_names_the_nearest(sandbox: DefsFolderSandbox) -> None:
    given = {**required("ScheduleComponent"), "crom": "0 6 * * *"}
    with pytest.raises(ValidationError, match=r"unknown parameter 'crom'\. Did you mean 'cron'"):
        scaffold(sandbox.defs_folder_path, "ScheduleComponent", "acme", given, None)


@pytest.mark.parametrize(
    ("path", "phrase"),
    [
        ("../../outside", "is outside the folder of instances"),
        ("acme/../../../outside", "is outside the folder of instances"),
        ("my-system", "expected lower-case letters"),
        ("components", "is no place for an instance"),
        ("acme/py", "is no place for an instance"),
        ("acme/py/deeper", "is no place for an instance"),
    ],
)
def test_a_path_that_is_no_place(path: str, phrase: str, sandbox: DefsFolderSandbox) -> None:
    before = files(sandbox.project_root)
    with pytest.raises(Refused, match=phrase):
        scaffold(
            sandbox.defs_folder_path,
            "ScheduleComponent",
            path,
            required("ScheduleComponent"),
            sandbox.project_root,
        )
    assert files(sandbox.project_root) == before
    assert not (sandbox.defs_folder_path / path).resolve().exists()


def test_what_is_there_stays(sandbox: DefsFolderSandbox) -> None:
    """A second instance of the same name, and one whose function is there, change nothing."""
    root, given = sandbox.defs_folder_path, required("ExecutableComponent")
    scaffold(root, "ExecutableComponent", "acme", given, sandbox.project_root)
    before = files(root)
    for path, params in (
        ("acme/more", given),
        ("acme/more", {**given, "key": "other/invoices"}),
    ):
        with pytest.raises(Refused, match="already"):
            scaffold(root, "ExecutableComponent", path, params, sandbox.project_root)
        assert files(root) == before
    other = {**required("ExecutableComponent"), "key": "acme/other"}
    scaffold(root, "ExecutableComponent", "acme/more", other, sandbox.project_root)
    after = files(root)
    assert after["acme/components/defs.yaml"].startswith(before["acme/components/defs.yaml"].rstrip())
    assets = [asset for asset in loaded(sandbox).assets or () if isinstance(asset, dg.AssetsDefinition)]
    assert {key.to_user_string() for asset in assets for key in asset.keys} == {given["key"], "acme/other"}


def test_whatever_a_text_holds_it_comes_back(sandbox: DefsFolderSandbox) -> None:
    """Descriptions are people's: quotes, colons, hashes, other scripts."""
    dice = random.Random(8)  # noqa: S311 - no secret
    alphabet = string.printable.strip() + " äß東'\"#:{}-"
    for number in range(20):
        text = (
            ("x" + "".join(dice.choices(alphabet, k=40)))
            .replace("{{", "(")
            .replace("{%", "(")
            .replace("{#", "(")
        )
        given = {"name": f"n{number}", "target": "*", "description": text}
        scaffold(sandbox.defs_folder_path, "ScheduleComponent", f"acme{number}", given, sandbox.project_root)
        written = (sandbox.defs_folder_path / f"acme{number}/components/defs.yaml").read_text()
        assert yaml.safe_load(written)["attributes"]["description"] == text


def test_python_instances_are_refused(sandbox: DefsFolderSandbox) -> None:
    with pytest.raises(Refused, match="instances are YAML here"):
        scaffold_object(
            sandbox.defs_folder_path / "acme",
            "dagster_open_platform.lib.ScheduleComponent",
            json.dumps(required("ScheduleComponent")),
            "python",
            sandbox.project_root,
        )
    assert not (sandbox.defs_folder_path / "acme").exists()
