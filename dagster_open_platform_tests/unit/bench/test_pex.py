"""Loading from the PEX is compared without the first time, which compiles."""

from pathlib import Path

import pytest

from dagster_open_platform_local.bench.pex import cpu_seconds, ratio
from dagster_open_platform_local.deploying.pex import Pex


def test_medians_without_the_first_are_compared_and_sizes_are_told(tmp_path: Path) -> None:
    source, dependencies = tmp_path / "source.pex", tmp_path / "deps.pex"
    source.write_bytes(bytes(2_000_000))
    dependencies.write_bytes(bytes(3_000_000))
    found = ratio(
        Pex(source, dependencies, 60.0), {"pex": [99.0, 2.2, 2.4, 2.3], "checkout": [50.0, 2.0, 1.0, 9.0]}
    )
    assert found.value == pytest.approx(2.3 / 2.0)
    assert not found.kept
    assert "99.0 s" in found.detail
    assert "2.0 MB of source and 3 MB of packages, built in 60 s" in found.detail


def test_a_process_that_fails_is_no_measure(tmp_path: Path) -> None:
    assert cpu_seconds(["/bin/sh", "-c", "true"], {}, tmp_path) >= 0
    with pytest.raises(RuntimeError, match="status"):
        cpu_seconds(["/bin/sh", "-c", "exit 3"], {}, tmp_path)
