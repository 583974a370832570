"""Real systems beside simulated ones: what `live.env` in the state directory says.

What belongs here: reading it, and which of the stack's variables it replaces. What does not: which variables a system has, which the
platform knows (`dagster_open_platform.operations.doctor.systems`).

The file has lines `NAME=value`. A system that it names is taken whole: every variable that the stack would give it is withdrawn, its
address above all, so that real credentials never reach an emulator, and simulated ones never leave this machine. The shell's own
variables still count for nothing: a token that happens to be exported must not make a laptop write into a company's systems.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dagster_open_platform_local.stack.errors import StackError
from dagster_open_platform_local.state import LocalState, read_environment

_OF_A_WAREHOUSE = ("SNOWFLAKE_", "WAREHOUSE_")


class LiveFileError(StackError):
    """`live.env` is not what it should be."""


@dataclass(frozen=True)
class LiveSystems:
    """The systems that are real.

    Args:
        names: Of the systems, as `just doctor` calls them.
        variables: What the file says.
        withdrawn: Every variable of these systems; what the stack says of them does not count.
    """

    names: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()

    def over(self, variables: Mapping[str, str]) -> dict[str, str]:
        """An environment in which these systems are the real ones.

        Args:
            variables: Of the stack.
        """
        kept = {name: value for name, value in variables.items() if name not in self.withdrawn}
        return {**kept, **self.variables}


def live_systems(state: LocalState) -> LiveSystems:
    """What the file says; nothing if there is none.

    Raises:
        LiveFileError: A variable is no system's, or a system lacks one that it needs.
    """
    try:
        found = {name: value for name, value in read_environment(state.live).items() if value.strip()}
    except FileNotFoundError:
        found = {}
    return _systems_of(found, state) if found else LiveSystems()


def _systems_of(found: Mapping[str, str], state: LocalState) -> LiveSystems:
    # This imports Dagster, which a supervisor without the file does without.
    from dagster_open_platform.operations.doctor.systems import declared_for, owned_by, systems_of
    from dagster_open_platform.operations.names import few, nearest
    from dagster_open_platform.resources import default_resources
    from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName

    systems = systems_of(default_resources(Environment(EnvironmentName.LOCAL)))
    declared = declared_for(systems)
    owners = {
        system: owned_by(system) | {*declared[system.name].variables}
        for system in systems
        if not system.resource.startswith("warehouse") and not system.in_warehouse
    }
    known = sorted(frozenset().union(*owners.values()))
    for name in found:
        if name.startswith(_OF_A_WAREHOUSE):
            raise LiveFileError(
                f"{state.live} sets {name}, but the warehouse of a laptop is DuckDB files. It is Snowflake where the platform is"
                " deployed."
            )
        if name not in known:
            raise LiveFileError(f"{state.live} sets {name}, which is no system's. {nearest(name, known)}")
    live = [system for system, names in owners.items() if names & found.keys()]
    for system in live:
        lacks = [
            each.name
            for each in system.variables(declared[system.name])
            if not found.keys() & {each.name, *each.instead}
        ]
        if lacks:
            raise LiveFileError(
                f"{state.live} makes {system.name} live, but lacks {few(lacks)}. `just doctor {system.name}` says what that is."
            )
    return LiveSystems(
        tuple(system.name for system in live), found, frozenset().union(*(owners[system] for system in live))
    )
