"""The workflows of CI: each step says why it exists, what it runs is there, and the order is one in which it works."""

import re
import shlex

import pytest
import typer
import typer.main
import yaml
from dagster_cloud_cli.entrypoint import app
from typer.core import TyperGroup

from dagster_open_platform_local.code_locations import CODE_LOCATIONS
from dagster_open_platform_local.deploying.pex import PYTHON
from dagster_open_platform_tests.fixtures.definitions import LOCAL, definitions_in, eu_definitions_in
from dagster_open_platform_tests.fixtures.deployment import GITHUB, Step, steps
from dagster_open_platform_tests.fixtures.repository import ROOT

STEPS = tuple(steps())
JOBS = re.compile(r"--job (\w+)")


@pytest.fixture(scope="module")
def dagster_cloud() -> TyperGroup:
    return typer.main.get_group(app)


def position(path: str, words: str) -> int:
    """Which step of a file runs or uses something; there is one."""
    own = [step for step in STEPS if str(step.path) == path]
    (found,) = [
        number
        for number, step in enumerate(own)
        if words in f"{step.says.get('run')} {step.says.get('uses')}"
    ]
    return found


def test_there_are_workflows_for_tests_branches_and_production() -> None:
    assert {path.stem for path in GITHUB if path.parts[1] == "workflows"} == {"tests", "branch", "production"}
    assert len(STEPS) > 20


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_has_a_name_and_says_why_it_exists(step: Step) -> None:
    assert step.says["name"]
    assert len(step.why.split()) >= 2
    assert step.why != step.says["name"]


@pytest.mark.parametrize("step", [step for step in STEPS if "uses" in step.says], ids=str)
def test_an_action_is_this_repository_s_or_pinned_to_a_commit(step: Step) -> None:
    used = step.says["uses"]
    if used.startswith("./"):
        assert (ROOT / used / "action.yml").is_file()
    else:
        # A tag can be moved to other code; these get the secrets.
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", used)
        line = (ROOT / step.path).read_text().split(used)[1].splitlines()[0]
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", line)


@pytest.mark.parametrize("command", sorted({command for step in STEPS for command in step.commands}), ids=str)
def test_what_a_step_runs_is_there(command: str, dagster_cloud: TyperGroup) -> None:
    program, *words = shlex.split(command)
    if program == "just":
        recipes = re.findall(r"^([\w-]+)[^:=\n]*:(?!=)", (ROOT / "justfile").read_text(), re.MULTILINE)
        assert words[0] in recipes
        return
    context, found = typer.Context(dagster_cloud, info_name=program), dagster_cloud
    while isinstance(found, TyperGroup):
        name, found, words = found.resolve_command(context, words)
        assert found
        context = typer.Context(found, info_name=name, parent=context)
    # Parses and checks all options as a run of it would, and does nothing.
    variables = {
        "DAGSTER_CLOUD_API_TOKEN": "x",
        "DAGSTER_CLOUD_ORGANIZATION": "x",
        "DAGSTER_BUILD_STATEDIR": "x",
    }
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in variables.items():
            patch.setenv(variable, value)
        found.make_context(context.info_name, words, parent=context.parent)


def test_the_jobs_that_are_launched_exist() -> None:
    launched = {job for step in STEPS for job in JOBS.findall(step.says.get("run", ""))}
    assert launched == {"create_database_clones", "drop_database_clones"}
    for defs in (definitions_in(LOCAL), eu_definitions_in(LOCAL)):
        assert launched <= {job.name for job in defs.jobs or ()}


def test_state_is_refreshed_before_anything_is_built_and_all_is_built_before_it_is_deployed() -> None:
    deploy = ".github/actions/deploy/action.yml"
    order = [
        "refresh-state",
        "just pex",
        "ci template",
        "ci init",
        "docker build",
        "python-executable",
        "ci deploy",
    ]
    positions = [position(deploy, words) for words in order]
    assert positions == sorted(positions)


def test_clones_are_made_after_a_branch_is_deployed_and_dropped_after_it_is_closed() -> None:
    branch = ".github/workflows/branch.yml"
    for location in CODE_LOCATIONS:
        clones = [
            rf"--location {location.name} --job {job}"
            for job in ("create_database_clones", "drop_database_clones")
        ]
        order = ["actions/deploy", clones[0], "--mark-closed", clones[1]]
        positions = [position(branch, words) for words in order]
        assert positions == sorted(positions)
    events = yaml.safe_load((ROOT / branch).read_text())[True]["pull_request"]["types"]
    assert set(events) == {"opened", "reopened", "synchronize", "closed"}


def test_production_is_deployed_only_after_the_tests() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/production.yml").read_text())["jobs"]
    assert jobs["tests"]["uses"] == "./.github/workflows/tests.yml"
    assert jobs["deploy"]["needs"] == "tests"
    assert "workflow_call" in yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text())[True]


def test_no_secret_reaches_a_fork() -> None:
    for path in GITHUB:
        document = yaml.safe_load((ROOT / path).read_text())
        if "pull_request" not in (document.get(True) or {}):
            continue
        for name, job in document["jobs"].items():
            if "secrets." in str(job):
                assert "head.repo.full_name == github.repository" in job["if"], f"{path}: {name}"


def test_one_version_of_python_and_of_uv_everywhere() -> None:
    texts = {path: (ROOT / path).read_text() for path in (*map(str, GITHUB), "Dockerfile")}
    pythons = re.findall(r'(?:python-version:? "?|ARG PYTHON=)([\d.]+)', " ".join(texts.values()))
    assert set(pythons) == {PYTHON}
    assert len(pythons) == 3
    assert len(set(re.findall(r"uv==([\d.]+)", " ".join(texts.values())))) == 1
