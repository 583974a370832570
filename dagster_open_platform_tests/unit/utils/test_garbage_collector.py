"""The collector is as it was before, however the block ends."""

import gc
from collections.abc import Iterator

import pytest

from dagster_open_platform.utils import garbage_collector


@pytest.fixture(params=[True, False], ids=["enabled", "disabled"])
def was_enabled(request: pytest.FixtureRequest) -> Iterator[bool]:
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


def test_it_is_paused_inside_and_as_before_after(was_enabled: bool) -> None:
    with garbage_collector.paused():
        assert not gc.isenabled()
        with garbage_collector.paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled() is was_enabled


def test_an_error_leaves_it_as_before(was_enabled: bool) -> None:
    with pytest.raises(ValueError, match="no"), garbage_collector.paused():
        raise ValueError("no")
    assert gc.isenabled() is was_enabled


def test_what_is_kept_is_in_no_collection() -> None:
    cycle: list[object] = []
    cycle.append(cycle)
    before, threshold = gc.get_freeze_count(), gc.get_threshold()
    gc.set_threshold(700)
    garbage_collector.keep_what_is_there()
    try:
        assert gc.get_threshold()[0] > 700
        assert gc.get_freeze_count() > before
        assert not any(each is cycle for each in gc.get_objects())
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
    assert any(each is cycle for each in gc.get_objects())
    if before:
        gc.freeze()
