"""The service's one page: its health.

What belongs here: the thread's life within the server's. What does not: what the thread does.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from dagster_open_platform_local.services.following import FollowingApp
from dagster_open_platform_local.services.product.follower import Follower


class ProductApp(FollowingApp):
    """The application; healthy while all databases are at the company's date.

    Args:
        follower: Runs as long as the server does.
    """

    def __init__(self, follower: Follower) -> None:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            follower.start()
            yield
            follower.stop()

        super().__init__(Starlette(lifespan=lifespan), follower)
