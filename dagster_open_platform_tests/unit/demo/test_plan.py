"""Whatever the graph: the plan does exactly what is due, in an order and in runs that Dagster takes."""

import itertools
from collections.abc import Iterator

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.demo.due import Due
from dagster_open_platform_local.demo.graph import Atom, Graph, PlanError, read_graph
from dagster_open_platform_local.demo.plan import Batch, make_plan
from dagster_open_platform_tests.fixtures.graph_atoms import AS_OF, COLOURS, DAILY, WEEKLY, graphs, key


def complete(definition: dg.PartitionsDefinition) -> tuple[str, ...]:
    return tuple(definition.get_partition_keys(current_time=AS_OF))


@st.composite
def work(draw: st.DrawFn) -> tuple[Graph, dict[str, Due]]:
    graph = draw(graphs([None, None, DAILY, WEEKLY, COLOURS]))
    due: dict[str, Due] = {}
    for name in draw(st.sets(st.sampled_from(sorted(graph.atoms)))):
        definition = graph.atoms[name].partitions_def
        keys: tuple[str, ...] = ()
        if definition is not None:
            chosen = draw(st.sets(st.sampled_from(complete(definition)), min_size=1))
            keys = tuple(found for found in complete(definition) if found in chosen)
        due[name] = Due(keys, "because")
    return graph, due


@given(work())
def test_a_plan_does_what_is_due_once_and_nothing_else(given_work: tuple[Graph, dict[str, Due]]) -> None:
    graph, due = given_work
    plan = make_plan(graph, due, complete)
    planned = [atom.id for batch in plan for atom in batch.atoms]
    assert sorted(planned) == sorted(due)
    for batch in plan:
        for atom in batch.atoms:
            keys = [partition for found in batch.ranges if found for partition in found.keys]
            # A check that has no partitions goes with any.
            assert tuple(keys) == due[atom.id].partitions or (atom.is_check and not due[atom.id].partitions)


@given(work())
def test_nothing_runs_before_what_it_needs(given_work: tuple[Graph, dict[str, Due]]) -> None:
    graph, due = given_work
    planned = [atom.id for batch in make_plan(graph, due, complete) for atom in batch.atoms]
    for name in due:
        for needed in graph.upstream[name] & due.keys():
            assert planned.index(needed) < planned.index(name)


@given(work(), st.booleans())
def test_a_report_on_the_platform_goes_last_and_alone(
    given_work: tuple[Graph, dict[str, Due]], is_report: bool
) -> None:
    graph, due = given_work
    report = Atom("report", frozenset({key(1_000)}), is_report=is_report)
    plan = make_plan(
        Graph({**graph.atoms, report.id: report}, graph.dependencies),
        {**due, report.id: Due((), "why")},
        complete,
    )
    assert not is_report or [atom.id for atom in plan[-1].atoms] == [report.id]
    assert [report.id in {atom.id for atom in batch.atoms} for batch in plan].count(True) == 1


@given(work())
def test_a_run_holds_one_partitioning_and_neighbouring_partitions_only(
    given_work: tuple[Graph, dict[str, Due]],
) -> None:
    for batch in make_plan(*given_work, complete):
        makers = [atom for atom in batch.atoms if not atom.is_check]
        assert len({atom.partitions_def for atom in makers}) <= 1
        assert len({atom.partitions_per_run for atom in makers if atom.partitions_def}) <= 1
        for found in batch.ranges:
            if found is None:
                assert all(atom.partitions_def is None for atom in makers)
                continue
            if not makers:
                # Checks alone, with the partitions of the asset that their op makes.
                continue
            definition, size = makers[0].partitions_def, makers[0].partitions_per_run
            assert definition is not None
            assert size is None or len(found.keys) <= size
            order = complete(definition)
            begin = order.index(found.keys[0])
            assert found.keys == order[begin : begin + len(found.keys)]


@given(work())
def test_no_two_batches_could_have_been_one(given_work: tuple[Graph, dict[str, Due]]) -> None:
    """A batch is as large as its moment allows: nothing of its kind that needs only it is left for the next."""
    graph, due = given_work
    plan = make_plan(graph, due, complete)
    for before, after in itertools.pairwise(plan):
        if _kind(before, due) != _kind(after, due):
            continue
        done = {atom.id for batch in plan[: plan.index(after)] for atom in batch.atoms}
        first = after.atoms[0]
        assert not graph.upstream[first.id] & due.keys() <= done - {atom.id for atom in before.atoms}


def _kind(batch: Batch, due: dict[str, Due]) -> object:
    makers = [atom for atom in batch.atoms if not atom.is_check]
    if not makers:
        return object()
    atom = makers[0]
    per_run = atom.partitions_per_run if atom.partitions_def else None
    return (atom.partitions_def, per_run, due[atom.id].partitions)


def test_unpartitioned_assets_wait_so_that_they_run_together() -> None:
    """Raw -> model, daily -> weekly -> mart: the models run once, after the last partitioned asset."""
    atoms = [
        Atom("raw", frozenset({dg.AssetKey("raw")})),
        Atom("model", frozenset({dg.AssetKey("model")}), needs=frozenset({dg.AssetKey("raw")})),
        Atom("daily", frozenset({dg.AssetKey("daily")}), partitions_def=DAILY),
        Atom(
            "weekly",
            frozenset({dg.AssetKey("weekly")}),
            needs=frozenset({dg.AssetKey("daily")}),
            partitions_def=WEEKLY,
        ),
        Atom(
            "mart",
            frozenset({dg.AssetKey("mart")}),
            needs=frozenset({dg.AssetKey("weekly"), dg.AssetKey("model")}),
        ),
    ]
    graph = Graph({atom.id: atom for atom in atoms}, {})
    due = {atom.id: Due(complete(atom.partitions_def) if atom.partitions_def else (), "") for atom in atoms}
    assert [[atom.id for atom in batch.atoms] for batch in make_plan(graph, due, complete)] == [
        ["daily"],
        ["weekly"],
        ["raw", "model", "mart"],
    ]


def test_a_check_that_an_op_makes_beside_its_assets_waits_for_them() -> None:
    """A dbt test on a source could run with the source's asset, and would cost a dbt command of its own."""
    raw, model = dg.AssetKey("raw"), dg.AssetKey("model")
    test, own = dg.AssetCheckKey(raw, "dbt_test"), dg.AssetCheckKey(raw, "own")
    atoms = [
        Atom("raw", frozenset({raw}), partitions_def=DAILY, op="ingest"),
        Atom("raw:own", frozenset(), frozenset({own}), needs=frozenset({raw}), op="check"),
        Atom("raw:test", frozenset(), frozenset({test}), needs=frozenset({raw}), op="dbt"),
        Atom("model", frozenset({model}), needs=frozenset({raw}), op="dbt"),
    ]
    graph = Graph({atom.id: atom for atom in atoms}, {})
    due = {"raw": Due(complete(DAILY), ""), "raw:own": Due((), ""), "raw:test": Due((), "")}
    assert [[atom.id for atom in batch.atoms] for batch in make_plan(graph, due, complete)] == [
        ["raw", "raw:own", "raw:test"]
    ]
    due["model"] = Due((), "")
    planned = [{atom.id for atom in batch.atoms} for batch in make_plan(graph, due, complete)]
    assert planned == [{"raw", "raw:own"}, {"raw:test", "model"}]


def test_a_single_run_backfill_is_one_run_around_each_gap() -> None:
    atom = Atom("a", frozenset({key(0)}), partitions_def=DAILY, partitions_per_run=None)
    keys = tuple(found for found in complete(DAILY) if found not in ("2026-06-03", "2026-06-10"))
    [batch] = make_plan(Graph({"a": atom}, {}), {"a": Due(keys, "")}, complete)
    assert [found.tags for found in batch.ranges if found] == [
        {
            "dagster/asset_partition_range_start": "2026-06-01",
            "dagster/asset_partition_range_end": "2026-06-02",
        },
        {
            "dagster/asset_partition_range_start": "2026-06-04",
            "dagster/asset_partition_range_end": "2026-06-09",
        },
        {
            "dagster/asset_partition_range_start": "2026-06-11",
            "dagster/asset_partition_range_end": "2026-06-21",
        },
    ]


def test_a_circle_is_named() -> None:
    atoms = {
        "a": Atom("a", frozenset({key(0)}), needs=frozenset({key(1)})),
        "b": Atom("b", frozenset({key(1)}), needs=frozenset({key(0)})),
    }
    with pytest.raises(PlanError, match=r"in a circle: a -> b -> a|in a circle: b -> a -> b"):
        make_plan(Graph(atoms, {}), {"a": Due((), ""), "b": Due((), "")}, complete)


def test_an_op_is_not_cut_into_pieces_by_what_it_checks_elsewhere() -> None:
    """Raw (daily) -> view -> model; the op of the model checks raw, too, for which the view waits."""
    raw, view, model = (dg.AssetKey(name) for name in ("raw", "view", "model"))

    @dg.asset(name="raw", partitions_def=DAILY)
    def make_raw() -> None: ...

    @dg.asset(name="view", deps=[raw])
    def make_view() -> None: ...

    @dg.multi_asset(
        name="command",
        specs=[dg.AssetSpec(model, deps=[view])],
        check_specs=[
            dg.AssetCheckSpec("raw_is_unique", asset=raw, blocking=True),
            dg.AssetCheckSpec("is_unique", asset=model),
        ],
        allow_arbitrary_check_specs=True,
        can_subset=True,
    )
    def make_model() -> Iterator[dg.MaterializeResult]:
        yield from ()

    defs = dg.Definitions(assets=[make_raw, make_view, make_model])
    graph = read_graph(defs)
    due = {name: Due(() if name != "raw" else complete(DAILY), "because") for name in graph.atoms}
    plan = make_plan(graph, due, complete)
    job = defs.resolve_implicit_global_asset_job_def()

    def pieces(batch: Batch) -> list[str]:
        subset = job.get_subset(asset_selection=batch.assets, asset_check_selection=batch.checks)
        return [node.name for node in subset.graph.nodes]

    assert [sorted(pieces(batch)) for batch in plan] == [["raw"], ["command"], ["command", "view"]]
    together = Batch(tuple(atom for batch in plan[1:] for atom in batch.atoms), (None,))
    assert len(pieces(together)) == 3
