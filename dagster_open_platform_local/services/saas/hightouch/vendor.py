"""Hightouch among the company's vendors."""

from dagster_open_platform_local.services.saas.crm.vendor import crm_of
from dagster_open_platform_local.services.saas.hightouch.app import HightouchApi, hightouch_app
from dagster_open_platform_local.services.saas.hightouch.syncs import SYNCS
from dagster_open_platform_local.services.saas.hightouch.workspace import Workspace
from dagster_open_platform_local.services.saas.tokens import TokenVariables
from dagster_open_platform_local.services.saas.vendor import Mounted, Premises, Vendor

VARIABLES = TokenVariables(
    "Hightouch",
    "HIGHTOUCH_EMULATOR_TOKEN",
    "HIGHTOUCH_API_URL",
    "HIGHTOUCH_API_TOKEN",
    others={sync.variable: sync.id for sync in SYNCS},
)


def _mounted(premises: Premises) -> Mounted:
    token = VARIABLES.of(premises.environ)
    workspace = Workspace(crm_of(premises), premises.company, premises.warehouse)
    return Mounted(hightouch_app(HightouchApi(workspace, token)), close=workspace.close)


HIGHTOUCH = Vendor("hightouch", VARIABLES.new, _mounted)
