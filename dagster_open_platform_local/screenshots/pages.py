"""Which pages of the UI are shown, and the questions to it that choose them.

What belongs here: their addresses and sizes. What does not: drawing them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from dagster_open_platform_local.screenshots.browser import ScreenshotError

ASSET = "dwh_reporting/finance/arr_by_month"
_TIMEOUT_SECONDS = 60
_RUNS = """{runsOrError(filter: {statuses: [SUCCESS]}, limit: 100) {... on Runs {results {
    runId
    stats {... on RunStatsSnapshot {stepsSucceeded}}
}}}}"""


@dataclass(frozen=True)
class Page:
    """One picture.

    Args:
        name: Of its file, without the ending.
        path: Below the UI's address.
        size: Of the window, in the page's own pixels.
        scale: Pixels of the picture for each of these: less than 1 for what is wide.
        settle_seconds: How long it needs to be drawn, by its own clock.
    """

    name: str
    path: str
    size: tuple[int, int] = (1500, 900)
    scale: float = 1.0
    settle_seconds: int = 25


def pages_of(address: str) -> Sequence[Page]:
    """The pages to draw.

    Args:
        address: Of the UI, without a slash at the end.

    Raises:
        ScreenshotError: It does not answer, or nothing was run there.
    """
    return (
        Page("asset-groups", "/asset-groups", (2000, 1500), 0.75, 30),
        Page(
            "lineage",
            f"/assets/{ASSET}?view=lineage&lineageScope=neighbors&lineageDepth=1",
            (2000, 1300),
            0.75,
        ),
        Page("run", f"/runs/{chosen_run(_asked(address))}"),
        Page("checks", f"/assets/{ASSET}?view=checks"),
        # Last: by then the daemon has looked whether assets are fresh.
        Page("asset", f"/assets/{ASSET}?view=overview"),
    )


def _asked(address: str) -> Sequence[Mapping[str, Any]]:
    try:
        answer = httpx.post(
            f"{address}/graphql", json={"query": _RUNS}, timeout=_TIMEOUT_SECONDS, trust_env=False
        )
        return answer.raise_for_status().json()["data"]["runsOrError"]["results"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise ScreenshotError(
            f"What answers at {address} is not the Dagster UI ({type(error).__name__}). Choose another port with --port."
        ) from error


def chosen_run(runs: Sequence[Mapping[str, Any]]) -> str:
    """The id of the run with the most steps.

    Raises:
        ScreenshotError: There is none.
    """
    if not runs:
        raise ScreenshotError("There is nothing to show: no run has succeeded here. Run `just demo` first.")
    return max(runs, key=lambda run: run["stats"].get("stepsSucceeded") or 0)["runId"]
