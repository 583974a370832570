"""Segment among the company's vendors."""

from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.services.saas.segment.app import SegmentApi, segment_app
from dagster_open_platform_local.services.saas.segment.delivery import SegmentDelivery
from dagster_open_platform_local.services.saas.segment.workspace import workspace_of
from dagster_open_platform_local.services.saas.tokens import TokenVariables
from dagster_open_platform_local.services.saas.vendor import Mounted, Premises, Vendor

VARIABLES = TokenVariables(
    "Segment", "SEGMENT_EMULATOR_TOKEN", "SEGMENT_API_URL", "SEGMENT_API_TOKEN", prefix="sgp_"
)


def _mounted(premises: Premises) -> Mounted:
    token = VARIABLES.of(premises.environ)
    api = SegmentApi(lambda: workspace_of(read_clock(premises.company)), token)
    return Mounted(segment_app(api), (SegmentDelivery(),))


SEGMENT = Vendor("segment", VARIABLES.new, _mounted)
