"""Whether a PEX is what this checkout is: both code locations, in production and in a pull request.

What belongs here: which servers are compared and what must hold of them. What does not: how they are started and asked.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_local.deploying.errors import DeploymentError
from dagster_open_platform_local.deploying.graph import Graph, differences, graph_of
from dagster_open_platform_local.deploying.links import broken
from dagster_open_platform_local.deploying.pex import Unpacked
from dagster_open_platform_local.deploying.serving import CodeServer, Webserver, inherited, webserver_over

REPOSITORY = "https://github.com/company/platform"
REVISION = "0123456789abcdef0123456789abcdef01234567"
_GIT = {"DAGSTER_CLOUD_GIT_URL": REPOSITORY, "DAGSTER_CLOUD_GIT_SHA": REVISION}
DEPLOYMENTS: Mapping[str, Mapping[str, str]] = {
    "prod": {"DAGSTER_CLOUD_DEPLOYMENT_NAME": "prod", **_GIT},
    "branch": {
        "DAGSTER_CLOUD_DEPLOYMENT_NAME": "b1946ac92492d2347c6235b4d2611184",
        "DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT": "1",
        "DAGSTER_CLOUD_PULL_REQUEST_ID": "42",
        **_GIT,
    },
}
"""The variables that Dagster+ sets."""
LOCATIONS = ("dagster_open_platform", "dagster_open_platform_eu")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_TOLD = re.compile(r"\b(WARNING|ERROR|CRITICAL|\w*Warning|Traceback)\b")


def verify(pex: Unpacked, directory: Path) -> Iterator[str]:
    """Load both code locations from the PEX and from this checkout and compare them; a sentence for each that holds.

    Args:
        pex: As Serverless unpacks it.
        directory: For logs; must exist.

    Raises:
        DeploymentError: Something differs, a link is wrong, or a log has a warning.
    """
    for deployment, variables in DEPLOYMENTS.items():
        logs = directory / deployment
        logs.mkdir(parents=True, exist_ok=True)
        servers = [
            server
            for location in LOCATIONS
            for server in (_deployed(pex, location, variables, logs), _checkout(location, variables, logs))
        ]
        with webserver_over(servers, logs) as webserver:
            for location in LOCATIONS:
                yield f"{deployment}: {_compared(webserver, location)}"
        require_quiet([server.log for server in servers])
        yield f"{deployment}: no warning in the logs of the code servers"


def _compared(webserver: Webserver, location: str) -> str:
    deployed, here = graph_of(webserver, f"{location} (PEX)"), graph_of(webserver, f"{location} (checkout)")
    problems = [*differences(deployed, here), *broken(deployed.references, REPOSITORY, REVISION)]
    problems += [f"{name}: no reference to its source" for name in without_reference(deployed)]
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems[:20])
        raise DeploymentError(f"{location} in the PEX: {len(problems)} problems\n{listed}")
    links = [link for links in deployed.references.values() for link in links]
    return (
        f"{location} is the same in the PEX as here: {len(deployed.definitions):,} definitions;"
        f" {len(links):,} links lead to their declarations"
    )


def without_reference(graph: Graph) -> list[str]:
    """The assets of which nothing says where they are declared."""
    return [name for name, links in graph.references.items() if name.startswith("asset ") and not links]


def require_quiet(logs: list[Path]) -> None:
    """Refuse logs with a warning or worse.

    Raises:
        DeploymentError: One has; with its lines.
    """
    lines = [
        f"  {log.name}: {_COLOUR.sub('', line)}"
        for log in logs
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
        if _TOLD.search(_COLOUR.sub("", line))
    ]
    if lines:
        raise DeploymentError("A code server warns:\n" + "\n".join(lines[:20]))


def _deployed(pex: Unpacked, location: str, variables: Mapping[str, str], logs: Path) -> CodeServer:
    """As Serverless starts it."""
    lazily = {"DAGSTER_CLI_API_GRPC_LAZY_LOAD_USER_CODE": "1", "DAGSTER_LOCATION_NAME": location}
    return CodeServer(
        name=f"{location} (PEX)",
        command=[
            *(str(pex.entry), "-m", "dagster", "api", "grpc"),
            *("--module-name", f"{location}.definitions", "--working-directory", "."),
        ],
        environment=pex.environment({**variables, **lazily}),
        directory=pex.root,
        log=logs / f"{location}_pex.log",
    )


def _checkout(location: str, variables: Mapping[str, str], logs: Path) -> CodeServer:
    return CodeServer(
        name=f"{location} (checkout)",
        command=[
            *(sys.executable, "-m", "dagster", "api", "grpc"),
            *("--module-name", f"{location}.definitions"),
        ],
        environment={**inherited(), **variables},
        directory=REPOSITORY_ROOT,
        log=logs / f"{location}_checkout.log",
    )
