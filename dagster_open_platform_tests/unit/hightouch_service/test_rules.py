"""What the CRM's fields accept, and what each vendor says of what they do not."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.services.saas.crm.objects import (
    ACCOUNT,
    COMPANIES,
    CONTACT,
    CONTACTS,
    OBJECTS,
)
from dagster_open_platform_local.services.saas.crm.rules import MAX_TEXT, RejectedError, accepted

PLAN = ACCOUNT.fields["dagster_plan_c"]


@pytest.mark.parametrize(
    ("thing", "column", "value", "kept"),
    [
        (ACCOUNT, "dagster_arr_c", Decimal("12.50"), 12.5),
        (ACCOUNT, "dagster_runs_28_d_c", 7.0, 7),
        (ACCOUNT, "dagster_contract_start_c", dt.date(2026, 6, 1), "2026-06-01"),
        (ACCOUNT, "dagster_customer_since_c", "2026-06-01T23:30:00-02:00", "2026-06-02"),
        (ACCOUNT, "dagster_last_run_at_c", "2026-06-01T23:30:00-02:00", "2026-06-02T01:30:00+00:00"),
        (ACCOUNT, "dagster_sso_c", False, False),
        (ACCOUNT, "dagster_agent_type_c", None, None),
        (ACCOUNT, "dagster_plan_c", "x" * 255, "x" * 255),
        (COMPANIES, "property_dagster_runs_28d", 7, 7.0),
        (CONTACTS, "property_dagster_last_active", "2026-06-01", "2026-06-01T00:00:00+00:00"),
        (CONTACTS, "property_email", "a.b@example.com", "a.b@example.com"),
    ],
)
def test_a_value_that_fits_is_kept(thing: Any, column: str, value: Any, kept: Any) -> None:
    found = accepted(thing.vendor, thing.fields[column], value)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("thing", "column", "value", "code"),
    [
        (ACCOUNT, "dagster_plan_c", "x" * 256, "STRING_TOO_LONG"),
        (CONTACTS, "property_dagster_organization_name", "x" * 65_537, "PROPERTY_VALUE_TOO_LONG"),
        (CONTACT, "email", "nobody", "INVALID_EMAIL_ADDRESS"),
        (CONTACTS, "property_email", "a@b@example.com", "INVALID_EMAIL"),
        (ACCOUNT, "dagster_lifecycle_c", "customer", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        (CONTACTS, "property_dagster_lifecycle", "customer", "INVALID_OPTION"),
        (ACCOUNT, "dagster_health_score_c", 101, "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
        (ACCOUNT, "dagster_runs_28_d_c", 1.5, "JSON_PARSER_ERROR"),
        (ACCOUNT, "dagster_runs_28_d_c", True, "JSON_PARSER_ERROR"),
        (ACCOUNT, "dagster_arr_c", float("nan"), "JSON_PARSER_ERROR"),
        (ACCOUNT, "dagster_arr_c", "12", "JSON_PARSER_ERROR"),
        (ACCOUNT, "dagster_sso_c", 1, "JSON_PARSER_ERROR"),
        (ACCOUNT, "dagster_last_run_at_c", "yesterday", "JSON_PARSER_ERROR"),
        (COMPANIES, "property_dagster_arr", "much", "INVALID_VALUE"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_the_vendors_code(
    thing: Any, column: str, value: Any, code: str
) -> None:
    field = thing.fields[column]
    with pytest.raises(RejectedError) as caught:
        accepted(thing.vendor, field, value)
    assert caught.value.rejection.code == code
    assert field.label in caught.value.rejection.message
    assert len(caught.value.rejection.message) < 300


@given(st.sampled_from(OBJECTS), st.data())
def test_what_is_kept_is_kept_as_it_is_when_it_comes_again_through_json(
    thing: Any, data: st.DataObject
) -> None:
    field = thing.fields[data.draw(st.sampled_from(sorted(thing.fields)))]
    values = {
        "STRING": st.text(max_size=MAX_TEXT["salesforce"]),
        "BOOLEAN": st.booleans(),
        "LONG": st.integers(-(2**53), 2**53),
        "DOUBLE": st.floats(allow_nan=False, allow_infinity=False),
        "LOCALDATE": st.dates(),
        "INSTANT": st.datetimes(timezones=st.just(dt.UTC)),
    }
    value = data.draw(values[field.type])
    try:
        kept = accepted(thing.vendor, field, value)
    except RejectedError:
        # Only what has rules of its own may be refused.
        assert field.choices or field.is_email or field.between
        return
    assert accepted(thing.vendor, field, json.loads(json.dumps(kept))) == kept
