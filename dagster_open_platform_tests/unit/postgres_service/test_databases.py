"""Addresses and passwords: what the platform is told, what the product is told, and what nobody is told."""

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.services.postgres.databases import (
    APPLICATION,
    PASSWORD_VARIABLES,
    PLATFORM_URLS,
    PRODUCT_DATABASES,
    REPLICATOR,
    REPLICATOR_EU,
    REPORTING_WRITER,
    ProductDatabases,
    passwords_from,
)
from dagster_open_platform_local.services.postgres.errors import PostgresServiceError
from dagster_open_platform_local.stack.services import postgres_service, product_service
from dagster_open_platform_local.stack.supervisor import Service
from dagster_open_platform_local.state import LocalState

passwords = st.fixed_dictionaries(
    {
        role: st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
        for role in PASSWORD_VARIABLES
    }
)
ports = st.integers(1, 65535)


def taken_apart(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "scheme": parts.scheme,
        "user": parts.username,
        "password": unquote(parts.password or ""),
        "host": parts.hostname,
        "port": parts.port,
        "database": parts.path,
        "query": parts.query,
    }


@given(ports, passwords)
def test_a_url_says_whatever_the_password_contains(port: int, given_passwords: dict[str, str]) -> None:
    databases = ProductDatabases(port, given_passwords)
    for variable, (role, database) in PLATFORM_URLS.items():
        assert taken_apart(databases.platform_variables[variable]) == {
            "scheme": "postgresql",
            "user": role,
            "password": given_passwords[role],
            "host": "127.0.0.1",
            "port": port,
            "database": f"/{database}",
            "query": "sslmode=disable",
        }


def test_the_platform_reads_the_product_and_writes_only_the_reports() -> None:
    found = {
        name: (parts["user"], parts["database"])
        for name, url in ProductDatabases.with_new_passwords(1).platform_variables.items()
        if (parts := taken_apart(url))
    }
    assert found == {
        "CLOUD_PRODUCT_MAIN": (REPLICATOR, "/main"),
        "CLOUD_PRODUCT_SHARD1": (REPLICATOR, "/shard1"),
        "CLOUD_PRODUCT_XREGION": (REPLICATOR, "/xregion"),
        "CLOUD_PRODUCT_EU": (REPLICATOR_EU, "/eu"),
        "PRODUCT_REPORTING": (REPORTING_WRITER, "/reporting"),
    }


def test_the_product_gets_each_of_its_databases_and_nobody_else_does() -> None:
    databases = ProductDatabases.with_new_passwords(5432)
    assert {name: taken_apart(url)["database"] for name, url in databases.application_variables.items()} == {
        "PRODUCT_APPLICATION_MAIN": "/main",
        "PRODUCT_APPLICATION_SHARD1": "/shard1",
        "PRODUCT_APPLICATION_XREGION": "/xregion",
        "PRODUCT_APPLICATION_EU": "/eu",
    }
    assert len(databases.application_variables) == len(PRODUCT_DATABASES)
    secret = databases.passwords[APPLICATION]
    assert all(secret in url for url in databases.application_variables.values())
    assert not any(secret in url for url in databases.platform_variables.values())


def test_passwords_are_new_each_time_and_do_not_show() -> None:
    first, second = (ProductDatabases.with_new_passwords(1) for _ in range(2))
    known = [*first.passwords.values(), *second.passwords.values()]
    assert len(set(known)) == 2 * len(PASSWORD_VARIABLES)
    assert all(len(password) >= 32 for password in known)
    assert not any(password in repr(first) for password in known)


def test_the_service_reads_the_passwords_that_it_is_given() -> None:
    databases = ProductDatabases.with_new_passwords(1)
    assert passwords_from(databases.secrets) == databases.passwords


@pytest.mark.parametrize("variable", PASSWORD_VARIABLES.values())
@pytest.mark.parametrize("value", [None, ""])
def test_a_password_that_is_missing_is_named(variable: str, value: str | None) -> None:
    given_variables = ProductDatabases.with_new_passwords(1).secrets
    del given_variables[variable]
    environ = given_variables if value is None else {**given_variables, variable: value}
    with pytest.raises(PostgresServiceError, match=variable) as raised:
        passwords_from(environ)
    assert not any(password in str(raised.value) for password in given_variables.values())
    assert not any(other in str(raised.value) for other in given_variables)


def everything_shown(service: Service, port: int) -> str:
    url = service.url(port) if service.url else ""
    return "\n".join([*service.command(port), url])


def test_the_services_tell_passwords_only_to_those_who_need_them(tmp_state: LocalState) -> None:
    databases = ProductDatabases.with_new_passwords(4711)
    server = postgres_service(tmp_state.postgres, databases)
    product = product_service(tmp_state, databases)
    assert server.port == 4711
    assert server.provides(4711) == databases.platform_variables
    assert server.secrets == databases.secrets
    assert product.secrets == databases.application_variables
    assert product.provides(1) == {}
    assert product.command(8080)[-5:] == [
        "dagster_open_platform_local.services.product",
        *("--port", "8080", "--company", str(tmp_state.company)),
    ]
    assert "postgresql://127.0.0.1:4711" in everything_shown(server, 4711)
    for service in (server, product):
        shown = everything_shown(service, 4711)
        assert not any(password in shown for password in databases.passwords.values())


def test_postgres_keeps_to_the_state_directory(tmp_state: LocalState) -> None:
    tmp_state.create()
    assert tmp_state.postgres.is_dir()
    assert tmp_state.postgres.parent == tmp_state.root
    assert tmp_state.postgres.stat().st_mode & 0o777 == 0o700
