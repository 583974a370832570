"""Faults in the raw data of a company, a kind in several systems each: the test that is meant for it fails.

What belongs here: faults, and the tests that find them. That no test fails without them is shown by `test_company.py`. What does not: faults
in rows made by hand (`test_faults.py`).
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from dagster_open_platform_tests.integration.dbt.company import BuiltCompany
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt, results_of


@dataclass(frozen=True)
class Fault:
    """A fault.

    Args:
        database: In which.
        statement: That makes it.
        found_by: The tests that must fail, and how.
        rebuilt: Tables that are built anew afterwards; views show it at once.
    """

    database: str
    statement: str
    found_by: dict[str, str]
    rebuilt: tuple[str, ...] = ()


FAULTS = {
    "Google Ads: a day of an ad is loaded twice": Fault(
        "fivetran",
        "insert into google_ads.ad_stats from google_ads.ad_stats limit 1",
        {"primary_key_stg_google_ads__ad_stats_stat_id": "fail"},
    ),
    "Salesforce: an account is there twice": Fault(
        "fivetran",
        "insert into salesforce.account from salesforce.account limit 1",
        {"primary_key_stg_salesforce__account_account_id": "fail"},
    ),
    "Product: a member without a user": Fault(
        "purina",
        "update cloud_product.users_organizations set user_id = 999999"
        " where id = (select min(id) from cloud_product.users_organizations)",
        {"stg_cloud_product__users_organizations_users_are_known": "warn"},
    ),
    "Stripe: lines of an invoice that is not there": Fault(
        "stripe",
        "delete from stripe.stripe.invoices where id = (select min(invoice_id) from stripe.stripe.invoice_line_items)",
        {"fct_invoice_lines_invoices_are_known": "fail"},
        ("fct_invoices", "fct_invoice_lines"),
    ),
    "Product: a run of a day that was built before": Fault(
        "purina",
        "update cloud_product.runs set created_at = created_at - interval 1 day"
        " where id = (select max(id) from cloud_product.runs)",
        {"daily_usage_equals_the_runs": "fail"},
    ),
    "Segment: a page of a day that was built before": Fault(
        "segment",
        "insert into website.pages by name select * replace ('late' as id) from website.pages limit 1",
        {"every_call_is_a_hit": "fail"},
    ),
    "Segment: a page is loaded before it was received": Fault(
        "segment",
        "update docs.pages set uuid_ts = received_at - interval 1 hour where id = (select min(id) from docs.pages)",
        {"stg_segment__pages_are_loaded_after_they_are_received": "fail"},
    ),
    "Stripe: a charge in francs": Fault(
        "stripe",
        "update stripe.stripe.charges set currency = 'chf' where id = (select min(id) from stripe.stripe.charges)",
        {"accepted_values_stg_stripe__charges_currency__USD__EUR__GBP": "fail"},
    ),
    "Salesforce: an opportunity in francs, which has no rate": Fault(
        "fivetran",
        "update salesforce.opportunity set currency_iso_code = 'CHF'"
        " where id = (select min(id) from salesforce.opportunity where amount > 0)",
        {"fct_opportunities_are_converted_to_dollars": "fail"},
        ("fct_opportunities",),
    ),
    "Zoom: a table is gone": Fault(
        "fivetran",
        "drop table zoom.webinar",
        {
            "unique_stg_zoom__webinar_webinar_id": "error",
            "primary_key_stg_zoom__webinar_webinar_uuid": "error",
        },
    ),
}
"""What is wrong, and where."""


def test_every_fault_fails_the_tests_that_are_meant_for_it(
    dbt_local: InProcessDbt, company: BuiltCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = {name: status for fault in FAULTS.values() for name, status in fault.found_by.items()}
    passed = {name.split(".")[2] for name, found in company.outcomes.items() if found.status == "pass"}
    assert expected.keys() <= passed, "a test that fails anyway finds nothing"
    for path in company.directory.glob("*.duckdb"):
        shutil.copy(path, tmp_path)
    for what, fault in FAULTS.items():
        with duckdb.connect(str(tmp_path / f"{fault.database}.duckdb")) as connection:
            assert connection.execute(fault.statement).fetchone() != (0,), what
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(tmp_path))
    dbt_local.run("run", "--select", *(model for fault in FAULTS.values() for model in fault.rebuilt))
    results = results_of(dbt_local.call("test", "--select", *expected))
    found = {each.node.name: str(each.status) for each in results}
    assert {name: found.get(name) for name in expected} == expected
