"""Services that keep something at the company's date: their health.

What belongs here: when such a service is well. What does not: what it keeps there, and how.
"""

from typing import Protocol

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dagster_open_platform_local.company.errors import CompanyError
from dagster_open_platform_local.services.faults import FaultInjector


class Follower(Protocol):
    """Follows the company's clock, in a thread of its own."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End."""

    def behind(self) -> str | None:
        """Why not everything is at the company's date; None if it is.

        Raises:
            CompanyError: The company cannot be read.
        """
        ...


class FollowingApp(FaultInjector):
    """A service that is healthy while its follower is at the company's date; before that ``/_health`` is 503 with the reason.

    Args:
        app: The service; its lifespan starts and stops the follower.
        follower: Asked at each call of ``/_health``.
    """

    def __init__(self, app: ASGIApp, follower: Follower) -> None:
        super().__init__(app)
        self._follower = follower

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one ASGI connection."""
        if scope["type"] == "http" and scope["path"] == "/_health":
            await self._health()(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def _health(self) -> JSONResponse:
        try:
            reason = self._follower.behind()
        except CompanyError as error:
            reason = str(error)
        if reason is None:
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "behind", "reason": reason}, status_code=503)
