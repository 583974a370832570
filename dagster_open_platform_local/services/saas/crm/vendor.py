"""Salesforce and HubSpot among the company's vendors.

The platform calls neither: what it knows of them comes through Fivetran, and what it tells them goes through Hightouch. Their tokens are
made all the same, for whoever looks at a record.
"""

from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.services.saas.crm.hubspot import hubspot_app
from dagster_open_platform_local.services.saas.crm.records import Crm
from dagster_open_platform_local.services.saas.crm.salesforce import salesforce_app
from dagster_open_platform_local.services.saas.tokens import TokenVariables
from dagster_open_platform_local.services.saas.vendor import Mounted, Premises, Vendor

SALESFORCE_VARIABLES = TokenVariables(
    "Salesforce", "SALESFORCE_EMULATOR_TOKEN", "SALESFORCE_API_URL", "SALESFORCE_ACCESS_TOKEN", "00D5e0!"
)
HUBSPOT_VARIABLES = TokenVariables(
    "HubSpot", "HUBSPOT_EMULATOR_TOKEN", "HUBSPOT_API_URL", "HUBSPOT_ACCESS_TOKEN", "pat-na1-"
)


def crm_of(premises: Premises) -> Crm:
    """The company's CRM."""
    return Crm(premises.company, lambda: read_clock(premises.company))


def _salesforce(premises: Premises) -> Mounted:
    token = SALESFORCE_VARIABLES.of(premises.environ)
    return Mounted(salesforce_app(crm_of(premises), token))


def _hubspot(premises: Premises) -> Mounted:
    token = HUBSPOT_VARIABLES.of(premises.environ)
    return Mounted(hubspot_app(crm_of(premises), token))


SALESFORCE_CRM = Vendor("salesforce", SALESFORCE_VARIABLES.new, _salesforce)
HUBSPOT_CRM = Vendor("hubspot", HUBSPOT_VARIABLES.new, _hubspot)
