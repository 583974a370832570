"""What must not stand in any file, and what the packaging promises."""

import ast
import re
import sys
import tomllib
from functools import cache
from importlib import metadata

from packaging.requirements import Requirement

from dagster_open_platform_tests.fixtures.repository import ROOT, imports, parsed, python_files, tracked_files

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINS = [Requirement(line) for line in PYPROJECT["tool"]["uv"]["constraint-dependencies"]]


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_pins_hold_no_address() -> None:
    assert not [str(pin) for pin in PINS if pin.url or "://" in str(pin)]
    assert not [path for path in tracked_files() if path.name in {"uv.lock", "pylock.toml"}]


def test_this_environment_is_the_pinned_one() -> None:
    pins = {normalized(pin.name): pin.specifier for pin in PINS if not pin.marker or pin.marker.evaluate()}
    installed = {normalized(d.metadata["Name"]): d.version for d in metadata.distributions()}
    installed.pop("dagster-open-platform")
    assert {name: v for name, v in installed.items() if name not in pins} == {}
    assert {n: v for n, v in installed.items() if v not in pins[n]} == {}


def test_each_direct_dependency_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    direct = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["project"]["optional-dependencies"]["local"]]
    unexplained = [
        requirement
        for requirement in direct
        if not any(line.strip().startswith(f'"{requirement}", # ') for line in lines)
    ]
    assert unexplained == []


def declared(*groups: list[str]) -> set[str]:
    return {normalized(Requirement(line).name) for group in groups for line in group}


@cache
def installed_by(distribution: str) -> frozenset[str]:
    """What stands at the top of a distribution's files: packages, and modules without their ending."""
    record = metadata.distribution(distribution).read_text("RECORD") or ""
    return frozenset(re.split(r"[/.,]", line, maxsplit=1)[0] for line in record.splitlines())


def test_each_imported_package_is_a_declared_dependency() -> None:
    project = PYPROJECT["project"]
    production = declared(project["dependencies"])
    local = production | declared(project["optional-dependencies"]["local"])
    suite = declared(project["optional-dependencies"]["conformance"])
    tests = local | suite | declared(PYPROJECT["dependency-groups"]["dev"]) | {"dbt-core"}
    allowed = {
        "dagster_open_platform": production,
        "dagster_open_platform_dbt": production,
        "dagster_open_platform_eu": production,
        "dagster_open_platform_local": local,
        "dagster_open_platform_tests": tests,
    }
    undeclared = []
    for found in imports():
        top = found.module.split(".")[0]
        if top in sys.stdlib_module_names or top in allowed:
            continue
        if found.path.parts[:2] == ("dagster_open_platform", "conformance") and top in suite:
            continue
        # A namespace such as `google` has many owners: one of them must be declared.
        if not any(top in installed_by(name) for name in allowed[found.path.parts[0]]):
            undeclared.append(str(found))
    assert undeclared == []


def test_no_test_is_skipped_and_no_error_swallowed() -> None:
    patterns = (
        "pytest.mark." + "skip",
        "pytest.mark." + "xfail",
        "pytest." + "skip(",
        "except Exception" + ": pass",
    )
    wrong = [
        f"{path}: {pattern}"
        for path in python_files()
        for pattern in patterns
        if pattern in (ROOT / path).read_text()
    ]
    assert wrong == []


def test_every_module_says_what_belongs_in_it() -> None:
    assert [str(path) for path in python_files() if not ast.get_docstring(parsed(path))] == []


def test_type_ignores_name_their_rule_and_reason() -> None:
    ignore = re.compile(r"# (?:type|pyright): ?" + "ignore")
    explained = re.compile(ignore.pattern + r"\[[\w-]+\]  # \w+")
    wrong = [
        f"{path}:{number}"
        for path in python_files()
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1)
        if ignore.search(line) and not explained.search(line)
    ]
    assert wrong == []
