"""Real systems beside simulated ones: taken whole, refused when they are half, and never mixed with the stack's own."""

from pathlib import Path

import pytest

from dagster_open_platform.lib.systems import System, is_this_machine
from dagster_open_platform.operations.doctor.systems import declared_for, systems_of
from dagster_open_platform.resources import default_resources
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform_local.stack.doctor import run_doctor
from dagster_open_platform_local.stack.live import LiveFileError, LiveSystems, live_systems
from dagster_open_platform_local.stack.services import company_services
from dagster_open_platform_local.state import LocalState, write_environment

SYSTEMS = systems_of(default_resources(Environment(EnvironmentName.LOCAL)))
DECLARED = declared_for(SYSTEMS)
REPLACEABLE = [
    each for each in SYSTEMS if not each.resource.startswith("warehouse") and not each.in_warehouse
]


@pytest.fixture
def state(tmp_path: Path) -> LocalState:
    state = LocalState(tmp_path / "state")
    state.create()
    return state


def given(state: LocalState, **variables: str) -> LiveSystems:
    write_environment(state.live, variables)
    return live_systems(state)


def stack_variables(state: LocalState) -> dict[str, str]:
    """What the stack gives the platform."""
    return {
        name: value
        for service in company_services(state, postgres_port=4001)
        for name, value in service.provides(service.port or 4000).items()
    }


def test_without_the_file_everything_is_the_stacks(state: LocalState) -> None:
    live = live_systems(state)
    assert (live.names, live.over({"A": "1"})) == ((), {"A": "1"})


@pytest.mark.parametrize("system", REPLACEABLE, ids=lambda system: system.name)
def test_nothing_of_the_simulated_one_is_left(state: LocalState, system: System) -> None:
    needed = {
        variable.name: "postgresql://me:pw@db.example.com/x"
        for variable in system.variables(DECLARED[system.name])
    }
    live, before = given(state, **needed), stack_variables(state)
    after = live.over(before)
    assert live.names == (system.name,)
    assert {name: after[name] for name in needed} == needed
    # Of what the stack said, everything is the same or gone; and what leads to this machine belongs to another system.
    lost = before.keys() - after.keys()
    assert {name for name in after.keys() - needed.keys() if after[name] != before[name]} == set()
    assert lost <= live.withdrawn
    assert not any(is_this_machine(after[name]) for name in live.withdrawn & after.keys())
    others = [each for each in REPLACEABLE if each is not system]
    assert [
        each.name
        for each in others
        if not all(variable.name in after for variable in each.variables(DECLARED[each.name]))
    ] == []


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"GITHUB_TOKN": "x"}, "Did you mean GITHUB_TOKEN"),
        ({"FIVETRAN_API_KEY": "x"}, "lacks FIVETRAN_ACCOUNT_ID, FIVETRAN_API_SECRET"),
        ({"FIVETRAN_API_URL": "https://eu"}, "lacks FIVETRAN_ACCOUNT_ID"),
        ({"SNOWFLAKE_ACCOUNT": "x"}, "the warehouse of a laptop is DuckDB"),
        ({"WAREHOUSE_DUCKDB_DIR": "/tmp"}, "the warehouse of a laptop is DuckDB"),  # noqa: S108 - not used
    ],
)
def test_what_is_wrong_is_refused(state: LocalState, variables: dict[str, str], said: str) -> None:
    with pytest.raises(LiveFileError, match=said) as caught:
        given(state, **variables)
    assert str(state.live) in str(caught.value)


def test_a_profile_of_aws_takes_the_place_of_keys(state: LocalState) -> None:
    after = given(state, AWS_PROFILE="work").over(stack_variables(state))
    assert {name for name in after if name.startswith("AWS_")} == {"AWS_PROFILE"}


def test_a_reset_leaves_what_a_person_wrote(state: LocalState) -> None:
    given(state, GITHUB_TOKEN="x")
    (state.company / "file").write_text("x")
    state.delete()
    assert live_systems(state).names == ("github",)
    assert sorted(path.name for path in state.root.iterdir()) == [".dagster-open-platform", "live.env"]
    # And it may be reset again.
    assert state.is_ours
    state.live.unlink()
    state.delete()
    assert not state.root.exists()


def test_without_a_stack_the_doctor_says_how_to_start_one(
    state: LocalState, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_doctor(state, [], as_json=False) == 0
    text = capsys.readouterr().out
    assert "Everything is simulated" in text
    assert "just dev" in text
    assert str(state.live) in text
