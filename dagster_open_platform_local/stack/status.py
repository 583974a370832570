"""What there is on a state directory, in a few lines.

What belongs here: looking. What does not: changing anything.
"""

from collections.abc import Iterator

from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.company.errors import CompanyNotBuiltError
from dagster_open_platform_local.stack.environment import live_environment
from dagster_open_platform_local.stack.errors import StackNotRunningError
from dagster_open_platform_local.stack.lock import current_holder
from dagster_open_platform_local.state import LocalState


def describe_state(state: LocalState) -> Iterator[str]:
    """Lines for a person.

    Raises:
        CompanyError: The company's files are damaged.
    """
    yield f"state    {state.root}" + ("" if state.root.exists() else " (does not exist yet)")
    try:
        clock = read_clock(state.company)
        settings = clock.settings
        yield f"company  it is {clock.today} there (seed {settings.seed}, scale {settings.scale:g})"
    except CompanyNotBuiltError:
        yield "company  none yet"
    if state.live.exists():
        yield f"live     what {state.live} names is real; `just doctor --local` says which systems that are"
    holder = current_holder(state.lock)
    if holder is None:
        yield "stack    not running"
        return
    yield f"stack    running: `{holder.command}`, pid {holder.pid}, since {holder.started}"
    try:
        variables = live_environment(state)
    except StackNotRunningError as error:
        yield f"         {error}"
        return
    for name, value in variables.items():
        if value.startswith("http://"):
            yield f"         {name}={value}"
