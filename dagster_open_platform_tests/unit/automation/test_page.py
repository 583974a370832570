"""The truth tables of `docs/automation.md`, row by row, evaluated by Dagster."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from dagster_open_platform.lib import automation
from dagster_open_platform_tests.fixtures.repository import ROOT
from dagster_open_platform_tests.unit.automation.test_automation import DAILY, Evaluations

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
EVENING, LATER = NOON + timedelta(hours=8), NOON + timedelta(hours=9)
POLICIES: Mapping[str, dg.AutomationCondition] = {
    "ingest_on_cron": automation.ingest_on_cron("0 18 * * *"),
    "on_inputs_updated": automation.on_inputs_updated(),
    "on_inputs_settled": automation.on_inputs_settled(),
    "on_code_changed": automation.on_code_changed(),
}
SOON = NOON + timedelta(minutes=5)


def definitions(
    condition: dg.AutomationCondition, version: str = "1", partitions: dg.PartitionsDefinition | None = None
) -> dg.Definitions:
    @dg.asset(partitions_def=partitions)
    def upstream() -> None: ...

    @dg.asset(deps=["source", upstream], automation_condition=condition, code_version=version)
    def subject() -> None: ...

    return dg.Definitions(assets=[dg.AssetSpec("source"), upstream, subject])


class Case:
    """A graph in which all has been made and nothing is due."""

    def __init__(self, condition: dg.AutomationCondition) -> None:
        self.condition = condition
        self.ticks = Evaluations(definitions(condition))
        self.ticks.materialize("upstream", "subject")
        self.ticks.requested(NOON)
        assert self.ticks.requested(NOON + timedelta(minutes=1)) == set()

    def runs(self, at: datetime = SOON) -> bool:
        return bool(self.ticks.requested(at))

    def input_is_made(self) -> None:
        self.ticks.materialize("upstream")

    def runs_while_an_input_is_made(self) -> bool:
        seen: list[bool] = []

        @dg.asset(key="upstream")
        def again() -> None:
            seen.append(self.runs())

        assert dg.materialize([again], instance=self.ticks.instance).success
        return seen[0]


def made_again(case: Case) -> bool:
    case.input_is_made()
    return case.runs_while_an_input_is_made()


def made(case: Case) -> bool:
    case.input_is_made()
    return case.runs()


def requested_before(case: Case, at: datetime, then: datetime) -> bool:
    case.runs(at)
    return case.runs(then)


def made_and_requested(case: Case) -> bool:
    case.input_is_made()
    return requested_before(case, SOON, SOON + timedelta(minutes=1))


def redefined(case: Case) -> bool:
    case.ticks.defs = definitions(case.condition, version="2")
    return case.runs()


def made_by_hand(case: Case) -> bool:
    case.ticks.materialize("subject")
    return case.runs()


HAPPENS: Mapping[str, Callable[[Case], bool]] = {
    "nothing": lambda case: case.runs(),
    "the schedule ticks": lambda case: case.runs(EVENING),
    "the schedule ticked, and the run was requested": lambda case: requested_before(case, EVENING, LATER),
    "an input is made": made,
    "an input is made, and the run was requested": made_and_requested,
    "an input is made, and is being made again": made_again,
    "its own definition changes": redefined,
    "it is made by hand": made_by_hand,
}
OF_DAYS: Mapping[str, str] = {
    "an older day of the input is made, while the latest is missing": "2026-06-03",
    "the latest day of the input is made, while an older one is missing": "2026-06-09",
}


def tables() -> list[tuple[str, str, str]]:
    """What happens, policy, and what the page says of it."""
    found: list[tuple[str, str, str]] = []
    header: list[str] = []
    for line in (ROOT / "docs" / "automation.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            header = []
        elif not header:
            header = [re.sub("`", "", cell) for cell in cells]
        elif header[0] == "what happens" and not cells[0].startswith("---"):
            found += [(cells[0], policy, said) for policy, said in zip(header[1:], cells[1:], strict=True)]
    return found


def test_the_page_has_every_case_and_every_policy() -> None:
    assert {(what, policy) for what, policy, _ in tables()} == {
        *((what, policy) for what in HAPPENS for policy in POLICIES),
        *((what, policy) for what in OF_DAYS for policy in ("on_inputs_updated", "on_inputs_settled")),
    }


@pytest.mark.parametrize(("what", "policy", "said"), tables())
def test_a_cell_is_so(what: str, policy: str, said: str) -> None:
    condition = POLICIES[policy]
    if what in HAPPENS:
        runs = HAPPENS[what](Case(condition))
    else:
        ticks = Evaluations(definitions(condition, partitions=DAILY))
        ticks.requested(NOON)
        ticks.materialize("upstream", partition=OF_DAYS[what])
        runs = bool(ticks.requested(SOON))
    assert said == ("runs" if runs else "waits")
