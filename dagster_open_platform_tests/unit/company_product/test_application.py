"""What the application decides without a server: its URLs, and which databases it refuses."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from dagster_open_platform_local.company.clock import CompanyClock, write_clock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.in_process import InProcessTransport
from dagster_open_platform_local.services.product.app import ProductApp
from dagster_open_platform_local.services.product.errors import ForeignStateError, ProductError
from dagster_open_platform_local.services.product.follower import URL_VARIABLES, Follower, urls_from
from dagster_open_platform_local.services.product.ledger import Entry, check_ledger

SETTINGS = CompanySettings(seed=4, scale=0.2)
TODAY = date(2026, 7, 1)
URLS = {
    variable: f"postgresql://application:secret@127.0.0.1:1/{name}"
    for name, variable in URL_VARIABLES.items()
}


def test_the_urls_are_found_by_database() -> None:
    assert urls_from(URLS) == {name: URLS[variable] for name, variable in URL_VARIABLES.items()}
    assert [*urls_from(URLS)] == ["main", "shard1", "xregion", "eu"]


@pytest.mark.parametrize("variable", URL_VARIABLES.values())
def test_a_missing_url_is_named(variable: str) -> None:
    for environ in ({**URLS, variable: ""}, {name: url for name, url in URLS.items() if name != variable}):
        with pytest.raises(ProductError, match=f"Set {variable}:"):
            urls_from(environ)


def test_a_wrong_url_is_named_without_its_password() -> None:
    wrong = "postgresql://application:secret@127.0.0.1:1/main?sslmode"
    with pytest.raises(ProductError, match="PRODUCT_APPLICATION_MAIN is not") as caught:
        urls_from({**URLS, "PRODUCT_APPLICATION_MAIN": wrong})
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_its_own_database_is_taken() -> None:
    wanted = Entry.of(SETTINGS, TODAY)
    check_ledger("main", wanted, wanted)
    check_ledger("main", replace(wanted, today=TODAY - timedelta(days=9)), wanted)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 5}, "seed is 5 there and 4 in the company"),
        ({"scale": 1.0}, "scale is 1.0 there and 0.2 in the company"),
        ({"epoch": date(2026, 5, 1)}, "epoch is 2026-05-01 there and 2026-06-01 in the company"),
        ({"format": 0}, "format is 0 there"),
        (
            {"today": date(2026, 7, 2)},
            "It is 2026-07-02 in the database shard1 and 2026-07-01 in the company",
        ),
    ],
)
def test_another_one_is_refused(changes: dict[str, Any], said: str) -> None:
    wanted = Entry.of(SETTINGS, TODAY)
    with pytest.raises(ForeignStateError, match=said) as caught:
        check_ledger("shard1", replace(wanted, **changes), wanted)
    assert "shard1" in str(caught.value)
    assert "just reset" in str(caught.value)


def test_health_says_what_is_missing(tmp_path: Path) -> None:
    follower = Follower(tmp_path, urls_from(URLS), on_end=lambda: None)
    # Without its lifespan the application has no thread: nothing was read yet.
    client = httpx.Client(transport=InProcessTransport(ProductApp(follower)), base_url="http://product")
    answer = client.get("/_health")
    assert answer.status_code == 503
    assert "There is no company" in answer.json()["reason"]
    write_clock(tmp_path, CompanyClock(SETTINGS, TODAY))
    answer = client.get("/_health")
    assert answer.status_code == 503
    assert "It is 2026-07-01 in the company; not there yet: main (not read yet)" in answer.json()["reason"]
    assert "secret" not in answer.text
