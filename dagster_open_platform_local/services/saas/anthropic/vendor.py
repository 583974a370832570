"""Anthropic among the company's vendors."""

from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.services.saas.anthropic.account import AnthropicAccount, account_of
from dagster_open_platform_local.services.saas.anthropic.app import AnthropicApi, anthropic_app
from dagster_open_platform_local.services.saas.tokens import TokenVariables
from dagster_open_platform_local.services.saas.vendor import Mounted, Premises, Vendor

VARIABLES = TokenVariables(
    "Anthropic",
    "ANTHROPIC_EMULATOR_ADMIN_API_KEY",
    "ANTHROPIC_API_URL",
    "ANTHROPIC_ADMIN_API_KEY",
    prefix="sk-ant-admin01-",
)


def _mounted(premises: Premises) -> Mounted:
    token = VARIABLES.of(premises.environ)

    def current() -> AnthropicAccount:
        clock = read_clock(premises.company)
        return account_of(clock.settings, clock.today)

    return Mounted(anthropic_app(AnthropicApi(current, token)))


ANTHROPIC = Vendor("anthropic", VARIABLES.new, _mounted)
