"""What Google's exceptions, types and settings become, without any service."""

import concurrent.futures
import datetime as dt
import subprocess
import sys
from decimal import Decimal
from typing import Any

import google.auth.exceptions
import pyarrow as pa
import pytest
import requests
from google.api_core import exceptions
from google.cloud.bigquery import SchemaField

from dagster_open_platform.lib.bigquery import errors
from dagster_open_platform.lib.bigquery.arrow import arrow_schema, query_parameter
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


def api(kind: type[exceptions.GoogleAPICallError], reason: str) -> exceptions.GoogleAPICallError:
    return kind("Told so.", errors=[{"reason": reason}])


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (api(exceptions.Unauthorized, "authError"), errors.BigQueryCredentialsRefused),
        (google.auth.exceptions.RefreshError("secret"), errors.BigQueryCredentialsRefused),
        (google.auth.exceptions.DefaultCredentialsError("secret"), errors.BigQueryCredentialsMissing),
        (api(exceptions.Forbidden, "accessDenied"), errors.BigQueryForbidden),
        (api(exceptions.Forbidden, "quotaExceeded"), errors.BigQueryForbidden),
        (api(exceptions.Forbidden, "rateLimitExceeded"), errors.BigQueryBusy),
        (api(exceptions.TooManyRequests, ""), errors.BigQueryBusy),
        (api(exceptions.NotFound, "notFound"), errors.BigQueryNotFound),
        (api(exceptions.BadRequest, "invalidQuery"), errors.BigQueryQueryInvalid),
        (api(exceptions.BadRequest, "bytesBilledLimitExceeded"), errors.BigQueryTooExpensive),
        (api(exceptions.InternalServerError, "bytesBilledLimitExceeded"), errors.BigQueryTooExpensive),
        (api(exceptions.MethodNotImplemented, "notImplemented"), errors.BigQueryQueryInvalid),
        (api(exceptions.InternalServerError, "internalError"), errors.BigQueryUnavailable),
        (api(exceptions.ServiceUnavailable, "backendError"), errors.BigQueryUnavailable),
        (exceptions.RetryError("slow", api(exceptions.TooManyRequests, "")), errors.BigQueryBusy),
        (exceptions.RetryError("slow", requests.ConnectionError()), errors.BigQueryUnavailable),
        (exceptions.RetryError("slow", KeyError()), errors.BigQueryUnavailable),
        (requests.exceptions.ReadTimeout(), errors.BigQueryUnavailable),
        (requests.exceptions.JSONDecodeError("x", "y", 0), errors.BigQueryUnavailable),
        (concurrent.futures.TimeoutError(), errors.BigQueryUnavailable),
        (google.auth.exceptions.TransportError("x"), errors.BigQueryUnavailable),
    ],
    ids=repr,
)
def test_every_exception_has_a_type_that_says_whether_to_retry(
    raised: Exception, expected: type[PermanentFailure | RetryableFailure]
) -> None:
    with pytest.raises(expected) as caught, errors.bigquery_errors():
        raise raised
    assert "secret" not in str(caught.value)
    assert caught.value.allow_retries == issubclass(expected, RetryableFailure)


def test_a_secret_is_not_in_the_chain_either() -> None:
    with pytest.raises(errors.BigQueryCredentialsRefused) as caught, errors.bigquery_errors():
        raise google.auth.exceptions.RefreshError("secret")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_what_is_not_bigquerys_passes() -> None:
    with pytest.raises(ZeroDivisionError), errors.bigquery_errors():
        raise ZeroDivisionError


def test_the_time_that_was_asked_for_is_kept() -> None:
    response = requests.Response()
    response.headers["Retry-After"] = "17"
    with pytest.raises(errors.BigQueryBusy) as caught, errors.bigquery_errors():
        raise exceptions.TooManyRequests("Told so.", response=response)
    assert caught.value.retry_after == 17


def test_columns_become_arrow() -> None:
    fields = [
        SchemaField("text", "STRING"),
        SchemaField("number", "INTEGER"),
        SchemaField("amount", "NUMERIC"),
        SchemaField("day", "DATE"),
        SchemaField("at", "TIMESTAMP"),
        SchemaField("tags", "STRING", mode="REPEATED"),
        SchemaField("file", "RECORD", fields=[SchemaField("name", "STRING"), SchemaField("size", "INT64")]),
    ]
    assert arrow_schema(fields) == pa.schema(
        [
            ("text", pa.string()),
            ("number", pa.int64()),
            ("amount", pa.decimal128(38, 9)),
            ("day", pa.date32()),
            ("at", pa.timestamp("us", tz="UTC")),
            ("tags", pa.list_(pa.string())),
            ("file", pa.struct([("name", pa.string()), ("size", pa.int64())])),
        ]
    )


def test_a_column_without_a_counterpart_is_named() -> None:
    with pytest.raises(errors.BigQueryQueryInvalid, match="Column span of the result has the type INTERVAL"):
        arrow_schema([SchemaField("span", "INTERVAL")])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, {"type": "BOOL"}),
        (3, {"type": "INT64"}),
        (1.5, {"type": "FLOAT64"}),
        ("x", {"type": "STRING"}),
        (dt.date(2026, 6, 1), {"type": "DATE"}),
        (dt.datetime(2026, 6, 1, tzinfo=dt.UTC), {"type": "TIMESTAMP"}),
        (["a", "b"], {"type": "ARRAY", "arrayType": {"type": "STRING"}}),
    ],
)
def test_values_have_types(value: Any, expected: dict[str, Any]) -> None:
    assert query_parameter("p", value).to_api_repr()["parameterType"] == expected


@pytest.mark.parametrize("value", [[], dt.datetime(2026, 6, 1), Decimal(1), None])  # noqa: DTZ001 that is the case
def test_values_without_a_type_are_refused(value: Any) -> None:
    with pytest.raises(errors.BigQueryQueryInvalid, match="Parameter p "):
        query_parameter("p", value)


def test_importing_the_resource_imports_nothing_heavy() -> None:
    code = (
        "import sys, dagster_open_platform.lib.bigquery.resource, dagster_open_platform.defs.pypi.py.assets;"
        "print([name for name in sys.modules if name.startswith(('google.cloud', 'pandas', 'pyarrow', 'dagster_gcp'))])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
