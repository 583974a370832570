"""Hightouch among the vendors whose secrets are looked for.

What belongs here: how it is run. What does not: the faults, and where secrets are looked for.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.lib.definition_checks import components
from dagster_open_platform.lib.hightouch.component import HightouchConfig, HightouchSyncComponent
from dagster_open_platform.lib.hightouch.resource import HightouchResource
from dagster_open_platform_local.services.saas.crm.objects import ACCOUNT
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.hightouch import (
    ARR,
    TOKEN,
    crm_rows_of,
    hightouch_server,
    sync_of,
)
from dagster_open_platform_tests.fixtures.hightouch_fake import MODELS, VARIABLE, YAML
from dagster_open_platform_tests.integration.http.vendors import Vendor

_MODEL = """
    SELECT 'org_1' AS organization_public_id, 12.0 AS annual_recurring_revenue, 'USD' AS currency,
        DATE '2026-06-01' AS contract_start_date, DATE '2026-06-01' AS customer_since_date
"""


class ImpatientHightouch(HightouchResource):
    """Looks at a run more often than production does."""

    def sleep(self, seconds: float) -> None:
        """Wait, but not long."""
        time.sleep(min(seconds, 0.02))


@pytest.fixture
def hightouch_vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """Hightouch, with one row to send."""
    rows = crm_rows_of({ACCOUNT: [{"id": "a1", "organization_id_c": "org_1"}]})
    # Once, since a second attempt says nothing else and takes its time.
    resource = ImpatientHightouch(max_attempts=1, max_wait_seconds=1.0)
    files = {"hightouch/defs.yaml": YAML, "models/models.py": MODELS}
    with (
        hightouch_server(tmp_path / "hightouch", rows) as server,
        loaded(files, {"hightouch": resource}) as defs,
    ):
        server.models(salesforce_account_arr=_MODEL)
        for name, value in {**server.variables, VARIABLE: sync_of(ARR).id}.items():
            monkeypatch.setenv(name, value)
        once = _without_retries(defs)

        def listed(_instance: dg.DagsterInstance) -> None:
            with resource.connect() as api:
                assert len(api.syncs()) == 12

        yield Vendor(
            secrets=(TOKEN.value,),
            paths={
                **dict.fromkeys((r"syncs/\d+$", r"syncs/\d+/trigger$", r"syncs/\d+/runs$"), "sync"),
                "syncs$": "list",
            },
            fail=server.misbehave,
            calls=lambda: server.faults()[0]["matched"],
            ways={
                "sync": lambda instance: dg.materialize(
                    [once], resources={"hightouch": resource}, instance=instance, raise_on_error=False
                ),
                "list": listed,
            },
        )


def _without_retries(defs: dg.Definitions) -> dg.AssetsDefinition:
    """The component's op, but a failure ends the run: the real one waits before it tries again."""
    (component,) = [each for each in components(defs) if isinstance(each, HightouchSyncComponent)]
    spec = component.asset.replace_attributes(skippable=True)

    @dg.multi_asset(specs=[spec], check_specs=[dg.AssetCheckSpec("all_rows_synced", asset=spec.key)])
    def once(
        context: dg.AssetExecutionContext,
        config: HightouchConfig,
        hightouch: dg.ResourceParam[HightouchResource],
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        yield from component.execute(context, hightouch, config)

    return once
