"""The services that stand for the outside world.

What belongs here: which there are, how each is started, and the ordinary variables with which the platform finds it. What
does not: what they answer.
"""

import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dagster_open_platform_local.services.bigquery.credentials import local_credentials
from dagster_open_platform_local.services.postgres.databases import HOST, REPLICATOR, ProductDatabases
from dagster_open_platform_local.services.s3.credentials import S3Credentials
from dagster_open_platform_local.services.saas.vendor import Credentials
from dagster_open_platform_local.services.saas.vendors import VENDORS
from dagster_open_platform_local.stack.health import postgres_health
from dagster_open_platform_local.stack.ports import free_port
from dagster_open_platform_local.stack.supervisor import Service
from dagster_open_platform_local.state import LocalState

GOOGLE_PROJECT = "dagster-open-platform-local"


def company_services(state: LocalState, postgres_port: int | None = None) -> list[Service]:
    """The services of a laptop, in the order in which they start; each start has new tokens.

    Args:
        state: Where the company and the warehouse are.
        postgres_port: Of the product databases; None: a free one.
    """
    databases = ProductDatabases.with_new_passwords(postgres_port or free_port())
    return [
        postgres_service(state.postgres, databases),
        product_service(state, databases),
        s3_service(state, S3Credentials.new()),
        _bigquery(state, secrets.token_urlsafe(24)),
        saas_service(state, new_vendor_credentials()),
    ]


def postgres_service(directory: Path, databases: ProductDatabases) -> Service:
    """The server of the product databases.

    Args:
        directory: Of its cluster; made if it is missing.
        databases: Where they shall be. The port is chosen ahead, so that other services can be told of it.
    """
    return Service(
        name="postgres",
        command=lambda port: [
            *(sys.executable, "-m", "dagster_open_platform_local.services.postgres"),
            *("--port", str(port), "--directory", str(directory)),
        ],
        secrets=databases.secrets,
        provides=lambda _port: databases.platform_variables,
        health=postgres_health("main", REPLICATOR, databases.passwords[REPLICATOR]),
        port=databases.port,
        # It writes out what it holds in memory before it ends.
        grace_seconds=15.0,
        url=lambda port: f"postgresql://{HOST}:{port}",
    )


def product_service(state: LocalState, databases: ProductDatabases) -> Service:
    """The company's own product, which writes into its databases; starts after them."""
    return Service(
        name="product",
        command=_module("product", state),
        secrets=databases.application_variables,
        # It is up when all rows are there: of a company of ten times the size that takes minutes.
        startup_seconds=600.0,
    )


def s3_service(state: LocalState, credentials: S3Credentials) -> Service:
    """The account's buckets, and the service that gives out roles."""
    return Service(
        name="s3",
        command=lambda port: [*_module("s3", state)(port), "--directory", str(state.s3)],
        secrets=credentials.service_variables,
        provides=lambda port: credentials.platform_variables(f"http://127.0.0.1:{port}"),
        # It is up when every export is there: of a company of ten times the size that takes minutes.
        startup_seconds=600.0,
    )


def _bigquery(state: LocalState, token: str) -> Service:
    return Service(
        name="bigquery",
        command=_module("bigquery", state),
        secrets={"BIGQUERY_EMULATOR_TOKEN": token},
        provides=lambda port: {
            "BIGQUERY_EMULATOR_HOST": f"http://127.0.0.1:{port}",
            "GOOGLE_CLOUD_PROJECT": GOOGLE_PROJECT,
            "GCP_CREDENTIALS": local_credentials(token),
        },
    )


def new_vendor_credentials() -> Mapping[str, Credentials]:
    """Credentials of every vendor, by its name, that nobody knows yet."""
    return {vendor.name: vendor.new_credentials() for vendor in VENDORS}


def saas_service(state: LocalState, credentials: Mapping[str, Credentials]) -> Service:
    """The company's SaaS vendors, some of which load into the warehouse.

    Args:
        state: Where the company and the warehouse are.
        credentials: Of every vendor, by its name.
    """
    return Service(
        name="saas",
        command=lambda port: [*_module("saas", state)(port), "--warehouse", str(state.warehouse)],
        secrets={
            name: value for each in credentials.values() for name, value in each.service_variables.items()
        },
        provides=lambda port: {
            name: value
            for vendor, each in credentials.items()
            for name, value in each.platform_variables(f"http://127.0.0.1:{port}/{vendor}").items()
        },
        pages={vendor.page: f"/{vendor.name}/" for vendor in VENDORS if vendor.page},
        # It is up when all is delivered: of a company of ten times the size that takes minutes.
        startup_seconds=600.0,
    )


def _module(name: str, state: LocalState) -> Callable[[int], Sequence[str]]:
    return lambda port: [
        *(sys.executable, "-m", f"dagster_open_platform_local.services.{name}"),
        *("--port", str(port), "--company", str(state.company)),
    ]
