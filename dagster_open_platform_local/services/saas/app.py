"""Puts the vendors' APIs under one roof.

What belongs here: which vendor stands under which path, and which variables hold the tokens they accept.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS
from dagster_open_platform_local.services.saas.fivetran.account import FivetranAccount
from dagster_open_platform_local.services.saas.fivetran.app import FivetranApi, fivetran_app
from dagster_open_platform_local.services.saas.fivetran.credentials import FivetranCredentials
from dagster_open_platform_local.services.saas.fivetran.sources import sources_of
from dagster_open_platform_local.services.saas.github.app import GitHubApi, github_app

GITHUB_TOKEN_VARIABLE = "GITHUB_EMULATOR_TOKEN"  # noqa: S105  # the name of a variable


def saas_app(company: Path, warehouse: Path, environ: Mapping[str, str]) -> Starlette:
    """The application that serves every vendor.

    Args:
        company: Directory of the simulated company.
        warehouse: Directory of the laptop's warehouse, where Fivetran's destination is.
        environ: Where the accepted tokens are looked up, usually ``os.environ``.

    Raises:
        ValueError: When the variable of a token is missing; names it.
    """
    token = environ.get(GITHUB_TOKEN_VARIABLE, "")
    if not token:
        raise ValueError(f"{GITHUB_TOKEN_VARIABLE} must hold the token that the emulated GitHub accepts")
    credentials = FivetranCredentials.of(environ)
    account = FivetranAccount(sources_of(CONNECTORS), company, warehouse, lambda: read_clock(company))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        account.close()

    routes = [
        Mount("/github", app=github_app(GitHubApi.of_company(company, token))),
        Mount("/fivetran", app=fivetran_app(FivetranApi(account, credentials))),
    ]
    return Starlette(routes=routes, lifespan=lifespan)
