"""Hightouch as a system that somebody connects: what it needs, and one cheap question."""

import os

from dagster_open_platform.lib.hightouch.errors import MissingSyncId
from dagster_open_platform.lib.hightouch.resource import TOKEN_VARIABLE, WORKSPACE_VARIABLE, HightouchResource
from dagster_open_platform.lib.http_systems import api_address, asked_once
from dagster_open_platform.lib.systems import Declared, Resources, System, Variable, address_in, counted


def _probe(resources: Resources, declared: Declared) -> str:
    with asked_once(resources, "hightouch", HightouchResource).connect() as api:
        known = {sync.id for sync in api.syncs()}
    unknown = [name for name in declared.variables if os.environ.get(name, "").strip() not in known]
    if unknown:
        raise MissingSyncId(
            f"The workspace has {counted(len(known), 'sync')}, and none with the id that is in {', '.join(unknown)}: put the"
            " number at the end of the sync's address in Hightouch there."
        )
    return f"{counted(len(known), 'sync')}, and among them all {len(declared.variables)} that are declared"


HIGHTOUCH = System(
    name="hightouch",
    title="Hightouch",
    use="tells Salesforce and HubSpot what the marts say",
    folder="hightouch",
    resource="hightouch",
    probe=_probe,
    needed=(Variable(TOKEN_VARIABLE, "an API key of the workspace (Settings > API keys)"),),
    optional=(
        api_address(HightouchResource),
        Variable(
            WORKSPACE_VARIABLE, "the workspace's slug, with which metadata links to runs", is_secret=False
        ),
    ),
    points_to=address_in(HightouchResource.api_url_variable),
    declared_as="the number at the end of the sync's address in Hightouch",
    beside_duckdb=(
        "its models read its own warehouse and not these files, and its syncs write into the real Salesforce and HubSpot"
    ),
)
