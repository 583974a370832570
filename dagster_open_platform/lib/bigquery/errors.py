"""What can go wrong at BigQuery, as types that say whether a retry helps and what to do.

What belongs here: the errors, and recognising them in what Google's client raises. What does not: retrying.

Reasons and codes: https://cloud.google.com/bigquery/docs/error-messages. The texts of credential errors are ours alone:
Google's may quote what was sent.
"""

import concurrent.futures
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


class BigQueryCredentialsMissing(PermanentFailure):
    """There are no credentials, or they are not in the form that Google's client reads."""


class BigQueryCredentialsRefused(PermanentFailure):
    """401: BigQuery, or Google's sign-in, does not accept the credentials."""


class BigQueryForbidden(PermanentFailure):
    """403: the credentials are good, but must not do this."""


class BigQueryNotFound(PermanentFailure):
    """404: a project, dataset, table or location that does not exist."""


class BigQueryQueryInvalid(PermanentFailure):
    """400: BigQuery does not understand the query or its parameters."""


class BigQueryTooExpensive(PermanentFailure):
    """The query would bill more bytes than the resource allows."""


class BigQueryBusy(RetryableFailure):
    """429, or a rate limit by another name: too many requests."""


class BigQueryUnavailable(RetryableFailure):
    """5xx, a dropped connection, a time-out, or an answer that is not BigQuery's."""


def malformed_credentials(problem: str) -> BigQueryCredentialsMissing:
    """The error for a setting that cannot be read."""
    return BigQueryCredentialsMissing(
        f"The credentials for BigQuery cannot be used: {problem} Set GCP_CREDENTIALS to the base64 of a credentials"
        " JSON (base64 -w0 key.json), or leave it unset and give the process application default credentials."
    )


@contextmanager
def bigquery_errors() -> Iterator[None]:
    """Turns what Google's client raises inside the block into the errors of this module."""
    try:
        yield
    except dg.Failure:
        raise
    except Exception as error:
        translated = translate(error)
        if translated is None:
            raise
        if isinstance(translated, BigQueryCredentialsMissing | BigQueryCredentialsRefused):
            raise translated from None  # the original text may quote what was sent
        raise translated from error


def translate(error: BaseException) -> PermanentFailure | RetryableFailure | None:
    """The typed error for an exception of Google's client; ``None`` if it is none of them."""
    import google.auth.exceptions
    import requests
    from google.api_core import exceptions

    if isinstance(error, exceptions.RetryError):
        return translate(error.cause) or BigQueryUnavailable(
            f"BigQuery did not answer in time: {error.message}"
        )
    if isinstance(error, google.auth.exceptions.DefaultCredentialsError):
        return malformed_credentials("there are none, or they are not a credentials JSON.")
    if isinstance(error, google.auth.exceptions.RefreshError):
        return _refused()
    if isinstance(error, exceptions.GoogleAPICallError):
        return _from_api(error)
    if isinstance(error, requests.exceptions.JSONDecodeError):
        return BigQueryUnavailable(
            "The answer is not BigQuery's: it is not JSON. Something stands between, such as a proxy's error page; if it"
            " stays so, look there."
        )
    unreachable = (
        google.auth.exceptions.TransportError,
        requests.exceptions.RequestException,
        ConnectionError,
        TimeoutError,
        concurrent.futures.TimeoutError,
    )
    if isinstance(error, unreachable):
        return BigQueryUnavailable(
            f"BigQuery was not reached, or did not answer in time ({type(error).__name__}). If it stays so, check the"
            " network and https://status.cloud.google.com; locally, whether the BigQuery service runs."
        )
    return None


def _refused() -> BigQueryCredentialsRefused:
    return BigQueryCredentialsRefused(
        "BigQuery refused the credentials (401). Make a new key for the service account and put its base64 into"
        " GCP_CREDENTIALS; locally, restart the stack, which writes both sides."
    )


def _from_api(error: Any) -> PermanentFailure | RetryableFailure:
    reason = next((item.get("reason", "") for item in error.errors or () if isinstance(item, dict)), "")
    code = int(error.code or 0)
    message = str(error.message).strip()
    if code == 401:
        return _refused()
    if code == 429 or reason in ("rateLimitExceeded", "jobRateLimitExceeded"):
        return BigQueryBusy(f"BigQuery has too many requests: {message}", retry_after=_retry_after(error))
    if reason == "bytesBilledLimitExceeded":
        return BigQueryTooExpensive(
            f"{message} Narrow the query, backfill fewer partitions a run, or raise maximum_bytes_billed of the"
            " bigquery resource."
        )
    if code == 403:
        return BigQueryForbidden(
            f"BigQuery forbids this (403, {reason or 'no reason given'}): {message} The service account needs"
            " roles/bigquery.jobUser in the project and roles/bigquery.dataViewer on the data, within its quota."
        )
    if code == 404:
        return BigQueryNotFound(
            f"BigQuery does not find something that the query names (404): {message} Check the table's name, the"
            " project, and that the location of the resource is that of the data."
        )
    if code == 501 or 400 <= code < 500:
        return BigQueryQueryInvalid(f"BigQuery does not accept the query ({code}, {reason}): {message}")
    return BigQueryUnavailable(f"BigQuery failed ({code}, {reason or 'no reason given'}): {message}")


def _retry_after(error: Any) -> float | None:
    seconds = getattr(error.response, "headers", {}).get("Retry-After", "")
    return float(seconds) if str(seconds).isdigit() else None
