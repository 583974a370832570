"""Where people look at runs and assets: Dagster's own web pages.

What belongs here: addresses. What does not: what is said about what is there.

Dagster does not tell a run where its web server is, so the address is a variable of ours, ``DAGSTER_UI_URL``: on Dagster+
``https://ORGANIZATION.dagster.cloud/DEPLOYMENT``, otherwise the web server's. Without it, names stand instead of links.
"""

import os
from collections.abc import Mapping
from urllib.parse import quote

import dagster as dg

from dagster_open_platform.lib.slack.text import Mrkdwn, code, link

VARIABLE = "DAGSTER_UI_URL"


class Links:
    """Links to Dagster's pages.

    Args:
        base: The address of its front page. None: there are no links.
    """

    def __init__(self, base: str | None = None) -> None:
        self._base = base.rstrip("/") if base else None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Links":
        """As the variable says now."""
        return cls((os.environ if environ is None else environ).get(VARIABLE))

    def run(self, run_id: str, label: str | None = None) -> Mrkdwn:
        """A run.

        Args:
            run_id: Which.
            label: What is shown; default: the beginning of its id.
        """
        shown = label or run_id[:8]
        if self._base is None:
            return code(shown) if label is None else code(f"{shown} (run {run_id[:8]})")
        return link(f"{self._base}/runs/{quote(run_id, safe='')}", shown)

    def asset(self, key: dg.AssetKey) -> Mrkdwn:
        """An asset, by its key."""
        address = self.asset_address(key)
        return link(address, key.to_user_string()) if address else code(key.to_user_string())

    def asset_address(self, key: dg.AssetKey) -> str | None:
        """The address of an asset's page; None: nobody said where Dagster's pages are."""
        if self._base is None:
            return None
        return f"{self._base}/assets/{'/'.join(quote(part, safe='') for part in key.path)}"
