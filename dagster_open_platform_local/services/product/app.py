"""The service's one page: its health.

What belongs here: when it is well, and the thread's life within the server's. What does not: what the thread does.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from dagster_open_platform_local.company.errors import CompanyError
from dagster_open_platform_local.services.faults import FaultInjector
from dagster_open_platform_local.services.product.follower import Follower


class ProductApp(FaultInjector):
    """The application; healthy while all databases are at the company's date, and 503 with the reason before.

    Args:
        follower: Runs as long as the server does.
    """

    def __init__(self, follower: Follower) -> None:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            follower.start()
            yield
            follower.stop()

        super().__init__(Starlette(lifespan=lifespan))
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
