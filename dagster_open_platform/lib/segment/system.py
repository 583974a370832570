"""Segment as a system that somebody connects: what it needs, and one cheap question."""

from dagster_open_platform.lib.http_systems import api_address, asked_once
from dagster_open_platform.lib.segment.resource import TOKEN_VARIABLE, SegmentResource
from dagster_open_platform.lib.systems import Declared, Resources, System, Variable, address_in, counted


def _probe(resources: Resources, _declared: Declared) -> str:
    with asked_once(resources, "segment", SegmentResource).open() as api:
        return counted(len(api.sources()), "source")


SEGMENT = System(
    name="segment",
    title="Segment",
    use="what it says it delivered, which checks compare with what is in the warehouse",
    folder="segment",
    resource="segment",
    probe=_probe,
    needed=(
        Variable(
            TOKEN_VARIABLE,
            "a token of the Public API that may read the workspace (Settings > Workspace settings > Access Management > Tokens)",
        ),
    ),
    optional=(api_address(SegmentResource),),
    points_to=address_in(SegmentResource.api_url_variable),
    beside_duckdb="it delivers into its own warehouse and not into these files, so the checks compare it with the simulated events",
)
