"""What Dagster+ tells a code server, for a laptop that plays Dagster+.

What belongs here: its variables (https://docs.dagster.io/deployment/dagster-plus/management/environment-variables/built-in) and where they come
from on a laptop. What does not: serving (`dagster_services.py`).

The code locations then think that they are in production, or in the branch deployment of a pull request, and their warehouse is the laptop's
files all the same: schedules and sensors are on as they are there, databases are the pull request's clones, links lead to the commit.
"""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from dagster_open_platform_local.code_locations import CODE_LOCATIONS, CodeLocation
from dagster_open_platform_local.stack.errors import StackError

_REMOTE = re.compile(
    r"(?:https?://(?:[^@/]+@)?|(?:ssh://)?git@)(?P<host>[^:/]+)[:/](?P<path>.+?)(?:\.git)?/?"
)
_NOWHERE = "https://git.example.com/company/platform"
"""Where the repository is said to be, if the checkout has no address on the web."""


def cloud_variables(checkout: Path, pull_request: int | None) -> Mapping[CodeLocation, Mapping[str, str]]:
    """What each code server is told.

    Args:
        checkout: A git checkout; its commit is what was deployed.
        pull_request: Number of the pull request whose branch deployment it is; None: production.

    Raises:
        StackError: It is no git checkout, so that nobody knows what was deployed.
    """
    sha = _git(checkout, "rev-parse", "HEAD")
    where = {
        "DAGSTER_CLOUD_DEPLOYMENT_NAME": "prod",
        "DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT": "0",
    }
    if pull_request is not None:
        where = {
            "DAGSTER_CLOUD_DEPLOYMENT_NAME": sha,
            "DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT": "1",
            "DAGSTER_CLOUD_PULL_REQUEST_ID": str(pull_request),
        }
    return {
        location: {
            **where,
            "DAGSTER_CLOUD_LOCATION_NAME": location.name,
            "DAGSTER_CLOUD_GIT_URL": web_address(_git(checkout, "remote", "get-url", "origin", missing="")),
            "DAGSTER_CLOUD_GIT_SHA": sha,
            # The one thing that Dagster+ would not say: a laptop has no Snowflake.
            "WAREHOUSE_ENGINE": "duckdb",
        }
        for location in CODE_LOCATIONS
    }


def web_address(remote: str) -> str:
    """Where a remote can be looked at, without credentials; a place that does not exist if it is no address on the web."""
    found = _REMOTE.fullmatch(remote)
    return f"https://{found['host']}/{found['path']}" if found else _NOWHERE


def _git(checkout: Path, *words: str, missing: str | None = None) -> str:
    done = subprocess.run(  # noqa: S603 - our own words
        ["git", *words],  # noqa: S607 - whichever git the person has
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 and missing is None:
        raise StackError(
            f"{checkout} is no git checkout with a commit, so that nobody can say what is deployed: {done.stderr.strip()}"
        )
    return done.stdout.strip() if done.returncode == 0 else str(missing)
