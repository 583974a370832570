"""Tells people and machines what the doctor found: a table with what to do next in words, or JSON.

What belongs here: words. No value of a variable is ever told, only names.
"""

import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dagster_open_platform.lib.systems import Variable
from dagster_open_platform.operations.doctor.examine import Mode, Report, State
from dagster_open_platform.operations.names import few
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName

_WIDTH = 110
_ACCOUNT = "SNOWFLAKE_ACCOUNT"


def as_json(reports: Sequence[Report], environment: Environment, has_snowflake: bool) -> Mapping[str, Any]:
    """The findings for a machine.

    Args:
        reports: Of the systems that were looked at.
        environment: Where this runs.
        has_snowflake: Whether its warehouse is Snowflake.
    """
    return {
        "environment": environment.name.value,
        "healthy": not any(report.is_bad for report in reports),
        "systems": [
            {
                "name": report.system.name,
                "title": report.system.title,
                "use": report.system.use,
                "folder": f"dagster_open_platform/defs/{report.system.folder}",
                "resource": report.system.resource,
                "mode": report.mode.value,
                "state": report.state.value,
                "needs": [variable.name for variable in report.variables],
                "missing": [variable.name for variable in report.missing],
                "optional": [variable.name for variable in report.system.optional],
                "saw": report.saw,
                "next": list(next_steps(report, environment, has_snowflake)),
            }
            for report in reports
        ],
    }


def as_text(reports: Sequence[Report], environment: Environment, has_snowflake: bool) -> Iterator[str]:
    """The findings for a person, line by line; as `as_json`."""
    width = max(len(report.system.name) for report in reports)
    yield f"The environment is {environment.name.value}; its warehouse is {'Snowflake' if has_snowflake else 'DuckDB files'}."
    yield ""
    for report in reports:
        head = f"{report.system.name:<{width}}  {report.mode.value:<13}  {report.state.value:<10}"
        yield from _wrapped(f"{head}  {_summary(report)}", " " * (len(head) + 2))
    steps = [(report, list(next_steps(report, environment, has_snowflake))) for report in reports]
    if any(found for _, found in steps):
        yield from ("", "What to do next")
    for report, found in steps:
        for step in found:
            yield from _wrapped(f"  {report.system.name:<{width}}  {step}", " " * (width + 4))
    yield ""
    yield from _wrapped(verdict(reports), "")


def verdict(reports: Sequence[Report]) -> str:
    """All of it in a sentence or two."""
    count = {mode: sum(report.mode is mode for report in reports) for mode in Mode}
    bad = [report.system.name for report in reports if report.is_bad]
    told = ", ".join(f"{count[mode]} {mode.value}" for mode in Mode if count[mode])
    if bad:
        return f"{told}. What is set does not work for: {', '.join(bad)}."
    if count[Mode.OFF] == len(reports):
        return f"{told}. `just dev` starts the simulated company, and `just doctor --local` looks at what it stands for."
    return f"{told}. All that is set works."


def next_steps(report: Report, environment: Environment, has_snowflake: bool) -> Iterator[str]:
    """What a person does about a system, in words; nothing if there is nothing to do or to know."""
    if report.state is State.FAILS:
        again = "It may pass: look again."
        yield (
            again
            if report.passes
            else f"Mend {_names(report.variables)}, or what the message says, then look again."
        )
    elif report.missing and report.system.in_warehouse:
        yield f"It is reached through the warehouse: connect that first ({_names(report.missing)})."
    elif report.missing:
        yield from _to_set(report)
    if report.system.name == "warehouse" and not has_snowflake and os.environ.get(_ACCOUNT):
        yield f"{_ACCOUNT} is set and not used: {environment.name.value} has DuckDB files."
    if report.mode is Mode.SIMULATED:
        yield from _of_simulated(report, environment)
    elif not has_snowflake and report.system.beside_duckdb and _is_in_use(report):
        yield f"It is live while the warehouse is simulated: {report.system.beside_duckdb}."


def _is_in_use(report: Report) -> bool:
    return report.mode is Mode.LIVE and not report.missing


def _of_simulated(report: Report, environment: Environment) -> Iterator[str]:
    if environment.name is not EnvironmentName.LOCAL:
        yield f"This is {environment.name.value}, and it leads to this machine: {_names(report.system.optional or report.variables)}."
    elif report.system.resource.startswith("warehouse"):
        if report.system.name == "warehouse":
            yield (
                "A laptop's warehouse is DuckDB. Yours is Snowflake where the platform is deployed, and Stripe's share, Fivetran,"
                " Segment and Hightouch come with it: `DAGSTER_CLOUD_DEPLOYMENT_NAME=prod just doctor` looks with that"
                " deployment's variables."
            )
    elif not report.system.in_warehouse and report.state is State.WORKS:
        addresses = [each.name for each in report.system.optional if "address" in each.what]
        unset = f", and {' and '.join(addresses)} not" if addresses else ""
        yield f"Yours instead: set {_names(report.variables)}{unset}."


def _to_set(report: Report) -> Iterator[str]:
    by_use: dict[str, list[str]] = {}
    for variable in report.missing:
        by_use.setdefault(variable.what, []).append(" or ".join((variable.name, *variable.instead[:1])))
    for what, names in by_use.items():
        yield f"Set {few(names)}: {what}."


def _names(variables: Sequence[Variable]) -> str:
    return few([variable.name for variable in variables])


def _summary(report: Report) -> str:
    if report.saw:
        return report.saw
    if report.state is State.INCOMPLETE:
        return f"lacks {_names(report.missing)}"
    return report.system.use


def _wrapped(line: str, indent: str) -> list[str]:
    return textwrap.wrap(
        line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [""]
