"""The doctor at an account of Snowflake, through Snowflake's real client."""

import datetime as dt
import json
from typing import Any

import pytest

from dagster_open_platform.operations.doctor.command import BROKEN, main
from dagster_open_platform_tests.fixtures.snowflake_account import PASSWORD, Account

STRIPE = r"STRIPE.*SCHEMATA"


@pytest.fixture
def production(account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setenv("DAGSTER_CLOUD_DEPLOYMENT_NAME", "prod")
    account.roles.add("DAGSTER_PLATFORM")
    account.warehouses.add("DAGSTER_PLATFORM")
    account.databases["PURINA"] = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    return account


def found(capsys: pytest.CaptureFixture[str], code: int) -> dict[str, Any]:
    assert main(["warehouse", "stripe", "--json"]) == code
    said = capsys.readouterr()
    assert PASSWORD not in said.out + said.err
    return {each["name"]: each for each in json.loads(said.out)["systems"]}


def test_an_account_that_answers_works(production: Account, capsys: pytest.CaptureFixture[str]) -> None:
    production.results[STRIPE] = (["ONE"], [["1"]])
    systems = found(capsys, 0)
    assert {name: each["state"] for name, each in systems.items()} == {
        "warehouse": "works",
        "stripe": "works",
    }
    # It is cheap: nothing is asked of the account's usage, and nothing is written.
    asked = [one.text.upper() for one in production.ran]
    assert [text for text in asked if "ACCOUNT_USAGE" in text or text.startswith(("CREATE", "INSERT"))] == []
    # An address on this machine is no production's.
    assert "leads to this machine" in systems["warehouse"]["next"][0]


def test_what_lacks_is_said(production: Account, capsys: pytest.CaptureFixture[str]) -> None:
    production.failures[STRIPE] = (
        "002003",
        "SQL compilation error: Database 'STRIPE' does not exist or not authorized.",
    )
    stripe = found(capsys, BROKEN)["stripe"]
    assert stripe["state"] == "fails"
    assert "accept Stripe's share" in stripe["saw"]


def test_a_refused_login_names_the_variable(
    production: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", "battery staple")
    systems = found(capsys, BROKEN)
    assert "SNOWFLAKE_PASSWORD" in systems["warehouse"]["saw"]
    assert "battery staple" not in json.dumps(systems)
