"""The measure of workspace replication: its figures are those of its runs, and its data are snapshots."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.aws.buckets import BUCKETS, WORKSPACE
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.aws.workspace.layout import Layout
from dagster_open_platform.lib.aws.workspace.replicate import Replication
from dagster_open_platform_local.bench import workspace_ways
from dagster_open_platform_local.bench.workspace import FEW, LARGE_BLOB, MANY, SMALL_BLOB, Run, ratios
from dagster_open_platform_local.services.s3.listing import keys
from dagster_open_platform_local.services.s3.store import ObjectStore

DAY = "2026-08-01"
KEYS = [("ours", FEW), ("bare", FEW), ("ours", MANY), ("bare", MANY)]
MB = 2.0**20


def run(seconds: float, peak: float) -> Run:
    return {"seconds": seconds, "rows": 1000, "peak": peak, "grown": MB, "size": MB}


runs = st.lists(st.builds(run, st.floats(0.1, 100), st.floats(MB, 1000 * MB)), min_size=1, max_size=3)


@given(
    st.fixed_dictionaries({**dict.fromkeys(KEYS, runs)}), st.floats(MB, 1000 * MB), st.floats(MB, 1000 * MB)
)
def test_ratios_are_those_of_the_best_runs(
    found: dict[tuple[str, int], list[Run]], small: float, large: float
) -> None:
    blobs = {("blob", SMALL_BLOB): [run(1, small)], ("blob", LARGE_BLOB): [run(1, large)]}
    best = {key: min(each["seconds"] for each in found[key]) for key in KEYS}
    peaks = {key: min(each["peak"] for each in found[key]) for key in KEYS}
    assert [ratio.value for ratio in ratios({**found, **blobs})] == pytest.approx(
        [
            best["bare", FEW] / best["ours", FEW],
            best["bare", MANY] / best["ours", MANY],
            peaks["ours", MANY] / peaks["ours", FEW],
            large / small,
        ]
    )


def test_slower_or_larger_by_more_than_a_fifth_is_missed() -> None:
    even = {key: [run(10, 100 * MB)] for key in [*KEYS, ("blob", SMALL_BLOB), ("blob", LARGE_BLOB)]}
    assert all(ratio.kept for ratio in ratios(even))
    slow = ratios({**even, ("ours", FEW): [run(12.6, 100 * MB)], ("ours", MANY): [run(12.4, 121 * MB)]})
    assert [ratio.kept for ratio in slow] == [False, True, False, True]
    large = ratios({**even, ("blob", LARGE_BLOB): [run(10, 121 * MB)]})
    assert [ratio.kept for ratio in large] == [True, True, True, False]


def test_the_data_are_snapshots_in_both_formats(tmp_path: Path) -> None:
    objects = workspace_ways.OBJECTS_A_SNAPSHOT
    workspace_ways.make(tmp_path, DAY, 2 * objects)
    workspace_ways.make_blob(tmp_path, DAY, 3)
    on_disk, memory = ObjectStore(tmp_path), FakeObjectStore(BUCKETS)
    for key in keys(on_disk, WORKSPACE, "raw/"):
        memory.put(WORKSPACE, key, Path(on_disk.path(WORKSPACE, key)).read_bytes())
    day = Replication(memory, Layout("staging")).run(DAY, DAY).days[DAY]
    assert (day.staged, day.missing) == (3, [])
    assert day.amounts.rows["code_locations"] == 2 * (objects - 1) + 3
    assert day.amounts.rows["assets"] == 40 * day.amounts.rows["code_locations"]
