"""The verdict: what is lost, stuck, undone or without a type is a complaint, and each figure is there."""

from dataclasses import replace

import pytest

from dagster_open_platform_local.chaos.compare import Comparison, Difference
from dagster_open_platform_local.chaos.remains import Remains
from dagster_open_platform_local.chaos.report import Report, figures
from dagster_open_platform_local.chaos.schedule import Fault, Kind
from dagster_open_platform_local.chaos.week import Tally

GOOD = Report(Tally(), Tally(), Comparison(tables=3, rows=12), (), {"noisy": 1.0}, "two days")


def test_nothing_to_complain_of() -> None:
    assert GOOD.complaints == []


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (
            replace(GOOD, comparison=Comparison(differences={"purina.t": Difference(2, 0, "x")})),
            "2 rows lost",
        ),
        (replace(GOOD, noisy=Tally(remains=Remains(stuck=("run (STARTED)",)))), "stuck in the noisy week"),
        (
            replace(GOOD, quiet=Tally(remains=Remains(slots=("warehouse: 1 held",)))),
            "stuck in the quiet week",
        ),
        (replace(GOOD, noisy=Tally(remains=Remains(untyped=("KeyError",)))), "without a type: KeyError"),
        (replace(GOOD, noisy=Tally(errors=["TypeError"])), "should not have ended so: TypeError"),
        (replace(GOOD, noisy=Tally(undone={"2026-06-11": "t"})), "undone in the noisy week on 2026-06-11"),
        (replace(GOOD, locks=("stack.lock",)), "a lock is held: stack.lock"),
    ],
)
def test_whatever_is_wrong_is_told(report: Report, said: str) -> None:
    [complaint] = report.complaints
    assert said in complaint


def test_faults_are_counted_by_kind_and_target() -> None:
    tally = Tally()
    tally.count(
        [Fault(Kind.RUN, "alone", 0.1), Fault(Kind.RUN, "alone", 0.2), Fault(Kind.DISK, "purina", 0.3)]
    )
    shown = dict(figures(replace(GOOD, noisy=tally)))
    assert shown["Faults that took effect"].startswith("3 of ")
    assert shown["  run"] == "2: alone 2"
    assert shown["  disk"] == "1: purina 1"
    assert (shown["Tables compared"][0], shown["Rows compared"], shown["Rows lost"]) == ("3", "12", "0")
