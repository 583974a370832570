"""A workspace without sockets, over a CRM of four records."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.saas.crm.objects import ACCOUNT
from dagster_open_platform_local.services.saas.crm.records import Crm, Rows
from dagster_open_platform_local.services.saas.hightouch.state import Run
from dagster_open_platform_local.services.saas.hightouch.workspace import Workspace
from dagster_open_platform_tests.fixtures.hightouch import ARR, TODAY, crm_rows_of, sync_of, write_models

SECONDS = 30.0
ACCOUNTS = [
    {"id": "a1", "organization_id_c": "org_1"},
    {"id": "a2", "organization_id_c": "org_2"},
    {"id": "a3", "organization_id_c": "org_3"},
    {"id": "a3twice", "organization_id_c": "org_3"},
    {"id": "a4", "organization_id_c": "org_4", "is_deleted": True},
]
ID = sync_of(ARR).id


@dataclass
class World:
    """A workspace, and the one model that its tests send."""

    directory: Path
    rows: Rows
    patience_seconds: float = 20.0

    def __post_init__(self) -> None:
        clock = CompanyClock(CompanySettings(), TODAY)
        self.crm = Crm(self.directory / "company", lambda: clock, lambda *asked: self.rows(*asked))
        self.open()

    def open(self) -> None:
        """Open the workspace, as a process that follows another does."""
        self.workspace = Workspace(
            self.crm,
            self.directory / "company",
            self.directory / "warehouse",
            patience_seconds=self.patience_seconds,
        )

    def model(self, **revenues: float | None) -> None:
        """Make the model; revenue by organization."""
        rows = [f"('{key}', {value if value is not None else 'NULL'})" for key, value in revenues.items()]
        query = (
            "SELECT organization_public_id, annual_recurring_revenue::DOUBLE AS annual_recurring_revenue, 'USD' AS currency,"  # noqa: S608 - the test's own values
            " DATE '2026-06-01' AS contract_start_date, DATE '2026-06-01' AS customer_since_date"
            f" FROM (VALUES {', '.join(rows)}) AS rows(organization_public_id, annual_recurring_revenue)"
        )
        write_models(self.directory / "warehouse", {ARR: query})

    def control(self, **changes: Any) -> None:
        self.workspace.control(ID, changes)

    def wait(self) -> None:
        assert self.workspace.wait(ID, SECONDS)

    def sync(self, *, full: bool = False) -> Run:
        """A run, when it is over."""
        run = self.workspace.trigger(ID, full=full)
        self.wait()
        return self.run(run.id)

    def run(self, run_id: int) -> Run:
        (found,) = [each for each in self.workspace.states.runs(ID) if each.id == run_id]
        return found

    @property
    def revenues(self) -> dict[str, float | None]:
        """What was written, by record."""
        return {
            record: written.values["dagster_arr_c"]
            for record, written in self.crm.store.written(ACCOUNT).items()
        }


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path, crm_rows_of({ACCOUNT: ACCOUNTS}))
    yield found
    found.workspace.close(SECONDS)
