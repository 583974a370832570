"""The measure of reading pages: what it divides, and that no source is measured as another."""

from collections import Counter

import pytest

from dagster_open_platform_local.bench import (
    paging,
    paging_anthropic,
    paging_hightouch,
    paging_segment,
    paging_slack,
)


def test_throughputs_are_compared_by_their_best_rounds() -> None:
    found = paging.ratio("rows", 1000, {"ours": [1.25, 9.0], "bare": [3.0, 1.0]})
    assert found.value == pytest.approx(0.8)
    assert found.kept
    assert not paging.ratio("rows", 1000, {"ours": [1.3], "bare": [1.0]}).kept


def test_every_source_of_every_vendor_is_measured() -> None:
    vendors = (paging_anthropic, paging_hightouch, paging_segment, paging_slack)
    names = Counter(source.name for vendor in vendors for source in vendor.SOURCES)
    assert {*names.values()} == {1}
    assert paging.sources().keys() == names.keys()
