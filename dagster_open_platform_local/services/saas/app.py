"""Puts the vendors' APIs under one roof.

What belongs here: which vendor stands under which path, and which variables hold the tokens they accept.
"""

from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from dagster_open_platform_local.services.saas.github.app import GitHubApi, github_app

GITHUB_TOKEN_VARIABLE = "GITHUB_EMULATOR_TOKEN"  # noqa: S105  # the name of a variable


def saas_app(company: Path, environ: Mapping[str, str]) -> Starlette:
    """The application that serves every vendor.

    Args:
        company: Directory of the simulated company.
        environ: Where the accepted tokens are looked up, usually ``os.environ``.

    Raises:
        ValueError: When the variable of a token is missing; names it.
    """
    token = environ.get(GITHUB_TOKEN_VARIABLE, "")
    if not token:
        raise ValueError(f"{GITHUB_TOKEN_VARIABLE} must hold the token that the emulated GitHub accepts")
    return Starlette(routes=[Mount("/github", app=github_app(GitHubApi.of_company(company, token)))])
