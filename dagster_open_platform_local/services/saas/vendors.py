"""The company's vendors: the list, and nothing else."""

from dagster_open_platform_local.services.saas.anthropic.vendor import ANTHROPIC
from dagster_open_platform_local.services.saas.crm.vendor import HUBSPOT_CRM, SALESFORCE_CRM
from dagster_open_platform_local.services.saas.fivetran.vendor import FIVETRAN
from dagster_open_platform_local.services.saas.github.vendor import GITHUB
from dagster_open_platform_local.services.saas.hightouch.vendor import HIGHTOUCH
from dagster_open_platform_local.services.saas.segment.vendor import SEGMENT
from dagster_open_platform_local.services.saas.slack.vendor import SLACK
from dagster_open_platform_local.services.saas.stripe.vendor import STRIPE
from dagster_open_platform_local.services.saas.vendor import Vendor

VENDORS: tuple[Vendor, ...] = (
    GITHUB,
    FIVETRAN,
    SEGMENT,
    STRIPE,
    SLACK,
    ANTHROPIC,
    SALESFORCE_CRM,
    HUBSPOT_CRM,
    HIGHTOUCH,
)
