"""Hightouch's paginated endpoint, for the measure of reading APIs in pages.

What belongs here: a workspace that is large enough, and both ways to read it. What does not: the measure (`paging.py`).

Models are paged alike and never asked for; of runs the platform asks for one, or for the last page.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
from starlette.types import ASGIApp

from dagster_open_platform.lib.hightouch.client import HightouchClient
from dagster_open_platform.lib.http import HttpClient, Secrets
from dagster_open_platform_local.bench.paged_source import PagedSource
from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.saas.crm.records import Crm
from dagster_open_platform_local.services.saas.hightouch.app import HightouchApi, Limits, hightouch_app
from dagster_open_platform_local.services.saas.hightouch.syncs import SYNCS
from dagster_open_platform_local.services.saas.hightouch.vendor import VARIABLES
from dagster_open_platform_local.services.saas.hightouch.workspace import Workspace
from dagster_open_platform_local.services.saas.tokens import ApiToken

TOKEN = "hightouch-measure"  # noqa: S105 - opens nothing else
_COUNT, _PAGE = 10_000, 100


def _serve(directory: Path) -> ASGIApp:
    """Ten thousand syncs of one kind."""
    clock = CompanyClock(CompanySettings(), datetime(2026, 7, 6, tzinfo=UTC).date())
    syncs = [replace(SYNCS[0], number=number, slug=f"sync_{number}") for number in range(_COUNT)]
    workspace = Workspace(Crm(directory, lambda: clock), directory, directory, syncs)
    return hightouch_app(HightouchApi(workspace, ApiToken(TOKEN, VARIABLES), Limits(10**9)))


def _ours(url: str) -> int:
    secrets = Secrets({"Authorization": f"Bearer {TOKEN}"}, values=(TOKEN,))
    with HttpClient(url, service="Hightouch", secrets=secrets) as http:
        return len(HightouchClient(http).syncs())


def _bare(url: str) -> int:
    count, more = 0, True
    with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        while more:
            asked = {"limit": _PAGE, "offset": count, "orderBy": "id"}
            body = client.get(f"{url}/api/v1/syncs", params=asked).json()
            count += len(body["data"])
            more = body["hasMore"]
    return count


SOURCES: tuple[PagedSource, ...] = (PagedSource("Hightouch's syncs", _serve, _ours, _bare),)
