"""GitHub among the company's vendors."""

from dagster_open_platform_local.services.saas.github.app import GitHubApi, github_app
from dagster_open_platform_local.services.saas.tokens import TokenVariables
from dagster_open_platform_local.services.saas.vendor import Mounted, Premises, Vendor

VARIABLES = TokenVariables("GitHub", "GITHUB_EMULATOR_TOKEN", "GITHUB_API_URL", "GITHUB_TOKEN")


def _mounted(premises: Premises) -> Mounted:
    token = VARIABLES.of(premises.environ)
    return Mounted(github_app(GitHubApi.of_company(premises.company, token.value)))


GITHUB = Vendor("github", VARIABLES.new, _mounted)
