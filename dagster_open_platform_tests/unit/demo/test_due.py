"""What is due, against an independent computation by reachability."""

import dagster as dg
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.demo.due import find_due
from dagster_open_platform_local.demo.graph import Atom, Dependency, Graph
from dagster_open_platform_local.demo.records import CheckResult, Materialization, Records
from dagster_open_platform_tests.fixtures.graph_atoms import DAILY, WEEKLY, graphs

DAYS = tuple(f"2026-06-{day:02}" for day in range(1, 22))
WEEKS = ("2026-06-01", "2026-06-08", "2026-06-15")
TODAY = "2026-06-22"


def complete(definition: dg.PartitionsDefinition) -> tuple[str, ...]:
    return DAYS if definition == DAILY else WEEKS


def descendants(graph: Graph, roots: set[str]) -> set[str]:
    """Everything that needs one of the roots, at any distance; a plain walk over the edges."""
    children: dict[str, set[str]] = {name: set() for name in graph.atoms}
    for name, needed in graph.upstream.items():
        for parent in needed:
            children[parent].add(name)
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        fresh = children[waiting.pop()] - found
        found |= fresh
        waiting.extend(fresh)
    return found


def recorded(graph: Graph, names: list[str], first: int = 1) -> Records:
    """As if the atoms had run one after the other in this order."""
    latest, checks = {}, {}
    for number, name in enumerate(names, first):
        for asset in graph.atoms[name].assets:
            latest[asset] = Materialization(number, float(number), f"run{number}", None)
        for check in graph.atoms[name].checks:
            checks[check] = CheckResult(float(number), f"run{number}", passed=True, is_error=True)
    return Records(latest, {}, checks, {f"run{number}": TODAY for number in range(first + len(names))})


@given(graphs())
def test_at_first_everything_is_due_and_then_nothing(graph: Graph) -> None:
    assert find_due(graph, Records(), TODAY, complete).keys() == graph.atoms.keys()
    done = recorded(graph, [atom.id for atom in graph.order])
    assert find_due(graph, done, TODAY, complete) == {}


@given(graphs(), st.data())
def test_what_was_interrupted_is_due_with_all_that_needs_it(graph: Graph, data: st.DataObject) -> None:
    order = [atom.id for atom in graph.order]
    missing = data.draw(st.sets(st.sampled_from(order)))
    done = recorded(graph, [name for name in order if name not in missing])
    makers = {name for name in missing if not graph.atoms[name].is_check}
    assert find_due(graph, done, TODAY, complete).keys() == missing | descendants(graph, makers)


@given(graphs(), st.data())
def test_what_was_made_again_makes_due_what_needs_it(graph: Graph, data: st.DataObject) -> None:
    order = [atom.id for atom in graph.order]
    again = [name for name in order if name in data.draw(st.sets(st.sampled_from(order)))]
    first, second = recorded(graph, order), recorded(graph, again, first=len(order) + 1)
    done = Records(
        {**first.latest, **second.latest},
        {},
        {**first.checks, **second.checks},
        {**first.as_of, **second.as_of},
    )
    made = {name for name in again if not graph.atoms[name].is_check}
    older = {name for name in order if name not in again}
    edges = {name for name in older if graph.upstream[name] & made}
    assert find_due(graph, done, TODAY, complete).keys() == edges | descendants(
        graph, {name for name in edges if not graph.atoms[name].is_check}
    )


@given(graphs())
def test_on_another_day_whatever_reads_a_source_is_due_with_all_that_needs_it(graph: Graph) -> None:
    done = recorded(graph, [atom.id for atom in graph.order])
    sources = {atom.id for atom in graph.order if not atom.needs or dg.AssetKey("external") in atom.needs}
    makers = {name for name in sources if not graph.atoms[name].is_check}
    assert find_due(graph, done, "2026-06-23", complete).keys() == sources | descendants(graph, makers)


def _calendar() -> Graph:
    daily = Atom("daily", frozenset({dg.AssetKey("daily")}), partitions_def=DAILY)
    weekly = Atom(
        "weekly",
        frozenset({dg.AssetKey("weekly")}),
        needs=frozenset({dg.AssetKey("daily")}),
        partitions_def=WEEKLY,
    )
    mapping = dg.TimeWindowPartitionMapping()
    return Graph(
        {"daily": daily, "weekly": weekly},
        {dg.AssetKey("weekly"): (Dependency(dg.AssetKey("weekly"), dg.AssetKey("daily"), mapping),)},
    )


days = st.dictionaries(st.sampled_from(DAYS), st.integers(1, 1000), max_size=len(DAYS))
weeks = st.dictionaries(st.sampled_from(WEEKS), st.integers(1, 1000), max_size=len(WEEKS))


@given(days, weeks)
def test_a_week_is_due_if_it_or_one_of_its_days_is_missing_or_newer(
    done_days: dict[str, int], done_weeks: dict[str, int]
) -> None:
    records = Records(partitions={dg.AssetKey("daily"): done_days, dg.AssetKey("weekly"): done_weeks})
    due = find_due(_calendar(), records, TODAY, complete)
    missing_days = tuple(day for day in DAYS if day not in done_days)
    assert (due["daily"].partitions if "daily" in due else ()) == missing_days

    def of_week(number: int) -> tuple[str, ...]:
        return DAYS[7 * number : 7 * number + 7]

    expected = tuple(
        week
        for number, week in enumerate(WEEKS)
        if week not in done_weeks
        or any(day in missing_days or done_days[day] > done_weeks[week] for day in of_week(number))
    )
    assert (due["weekly"].partitions if "weekly" in due else ()) == expected


def test_code_that_changed_is_due() -> None:
    asset = dg.AssetKey("a")
    graph = Graph({"a": Atom("a", frozenset({asset}), code_versions=((asset, "2"),))}, {})
    for version, expected in (("1", {"a"}), ("2", set())):
        done = Records({asset: Materialization(1, 1.0, "run", version)}, as_of={"run": TODAY})
        assert find_due(graph, done, TODAY, complete).keys() == expected


def test_checks_that_a_killed_run_left_out_make_their_asset_due() -> None:
    asset, check = dg.AssetKey("a"), dg.AssetCheckKey(dg.AssetKey("a"), "c")
    graph = Graph({"a": Atom("a", frozenset({asset}), frozenset({check}))}, {})
    made = {asset: Materialization(5, 5.0, "run5", None)}
    tags = {"run5": TODAY, "run4": TODAY}
    cases: list[tuple[dict[dg.AssetCheckKey, CheckResult], set[str]]] = [
        ({}, {"a"}),
        ({check: CheckResult(4.0, "run4", passed=True, is_error=True)}, {"a"}),
        ({check: CheckResult(4.9, "run5", passed=True, is_error=True)}, set()),
        ({check: CheckResult(6.0, "run6", passed=True, is_error=True)}, set()),
        ({check: CheckResult(6.0, "run6", passed=False, is_error=False)}, set()),
        ({check: CheckResult(6.0, "run6", passed=False, is_error=True)}, {"a"}),
    ]
    for checks, expected in cases:
        assert find_due(graph, Records(made, {}, checks, tags), TODAY, complete).keys() == expected


def test_checks_that_failed_on_partitions_make_those_of_the_last_run_due() -> None:
    asset, check = dg.AssetKey("a"), dg.AssetCheckKey(dg.AssetKey("a"), "c")
    graph = Graph({"a": Atom("a", frozenset({asset}), frozenset({check}), partitions_def=DAILY)}, {})
    records = Records(
        {asset: Materialization(30, 30.0, "run", None)},
        {asset: {day: number for number, day in enumerate(DAYS)}},
        {check: CheckResult(31.0, "run", passed=False, is_error=True)},
        {},
        {asset: frozenset(DAYS[-2:])},
    )
    assert find_due(graph, records, TODAY, complete)["a"].partitions == DAYS[-2:]
