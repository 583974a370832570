"""Puts the vendors' APIs under one roof.

What belongs here: opening every vendor, each under a path of its own, and closing them. What does not: which there are (`vendors.py`).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from dagster_open_platform_local.services.following import FollowingApp
from dagster_open_platform_local.services.saas.deliveries import Deliveries
from dagster_open_platform_local.services.saas.vendor import Premises, Vendor
from dagster_open_platform_local.services.saas.vendors import VENDORS


def saas_app(
    company: Path, warehouse: Path, environ: Mapping[str, str], vendors: Sequence[Vendor] = VENDORS
) -> FollowingApp:
    """The application that serves every vendor; it is healthy when all that they deliver by themselves is there.

    Args:
        company: Directory of the simulated company.
        warehouse: Directory of the laptop's warehouse, which some vendors deliver into.
        environ: Where the accepted credentials are looked up, usually ``os.environ``.
        vendors: Whom it serves.

    Raises:
        ValueError: A variable of somebody's credentials is missing; names it.
    """
    premises = Premises(company, warehouse, environ)
    mounted = {vendor.name: vendor.mount(premises) for vendor in vendors}
    found = [delivery for each in mounted.values() for delivery in each.deliveries]
    deliveries = Deliveries(company, warehouse, found)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        deliveries.start()
        yield
        deliveries.stop()
        for each in mounted.values():
            each.close()

    routes = [Mount(f"/{name}", app=each.app) for name, each in mounted.items() if each.app]
    return FollowingApp(Starlette(routes=routes, lifespan=lifespan), deliveries)
