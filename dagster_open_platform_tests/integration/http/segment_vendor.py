"""Segment among the vendors whose secrets are looked for.

What belongs here: how it is run. What does not: the faults, and where secrets are looked for.
"""

import datetime as dt
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.lib.segment.checks import CheckedTable, Limits, results
from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.fixtures.segment import TOKEN, SegmentServer, segment_server
from dagster_open_platform_tests.integration.http.vendors import Vendor

_TODAY = dt.date(2026, 6, 20)
_TABLES = [
    CheckedTable(dg.AssetKey(["segment", "docs", "calls", name]), "segment", "docs", name)
    for name in ("pages", "tracks")
]


def checks_job(server: SegmentServer) -> dg.JobDefinition:
    """What the op of the checks does, which would otherwise be tried again after half a minute."""

    @dg.op(out=dg.Out(dg.Nothing))
    def load_checks(context: dg.OpExecutionContext) -> None:
        resources = server.resources()
        limits = Limits(timedelta(hours=3), 0.01, 7)
        for result in results(resources["warehouse"], resources["segment"], _TABLES, limits):
            context.log.info(f"{result.check_name}: {result.description} {result.metadata}")

    @dg.job
    def segment_load_checks() -> None:
        load_checks()

    return segment_load_checks


@pytest.fixture
def segment_vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """Segment, with some weeks of a small company."""
    clock = CompanyClock(CompanySettings(scale=0.05), _TODAY)
    with segment_server(tmp_path / "segment", clock) as server:
        server.deliver()
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        job = checks_job(server)
        yield Vendor(
            secrets=(TOKEN,),
            # The others are asked for by the same code as one of these.
            paths=dict.fromkeys(
                ("sources$", "events/volume$", "delivery-overview/successful-delivery$"), "checks"
            ),
            fail=server.misbehave,
            calls=lambda: server.faults()[0]["matched"],
            ways={"checks": lambda instance: job.execute_in_process(instance=instance, raise_on_error=False)},
        )
