"""What the real client makes of a service that misbehaves."""

import json
from typing import Any

import pytest
from google.api_core.exceptions import Forbidden, NotFound, ServiceUnavailable
from google.auth.exceptions import RefreshError

from dagster_open_platform_tests.fixtures.company import BigQueryService

JOBS = "/projects/[^/]+/jobs$"
RESULTS = "/projects/[^/]+/queries/"


def google_error(status: int, reason: str) -> dict[str, Any]:
    """A fault that answers in Google's form."""
    errors = [{"message": "injected", "domain": "global", "reason": reason}]
    return {
        "status": status,
        "payload": json.dumps({"error": {"code": status, "message": "injected", "errors": errors}}),
    }


@pytest.mark.parametrize("path", [JOBS, RESULTS])
@pytest.mark.parametrize(
    "fault",
    [
        {**google_error(429, "rateLimitExceeded"), "headers": {"Retry-After": "1"}},
        google_error(500, "internalError"),
        google_error(503, "backendError"),
        {"status": 502, "payload": "<html>Bad Gateway</html>"},
        {"drop": True},
    ],
    ids=["429", "500", "503", "502-html", "dropped"],
)
def test_what_passes_is_tried_again(
    bigquery_service: BigQueryService, path: str, fault: dict[str, Any]
) -> None:
    bigquery_service.set_faults([{"path": path, "calls": [1], **fault}])
    rows = list(bigquery_service.client().query("SELECT 1 AS a UNION ALL SELECT 2").result())
    assert sorted(row.a for row in rows) == [1, 2]
    assert bigquery_service.fired() == [1]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (google_error(403, "accessDenied"), Forbidden),
        (google_error(404, "notFound"), NotFound),
        ({"status": 401}, RefreshError),
    ],
    ids=["403", "404", "401"],
)
def test_what_stays_is_not(
    bigquery_service: BigQueryService, fault: dict[str, Any], error: type[Exception]
) -> None:
    bigquery_service.set_faults([{"path": JOBS, **fault}])
    with pytest.raises(error):
        bigquery_service.client().query("SELECT 1").result()
    assert bigquery_service.fired() == [1]


def test_half_an_answer_is_an_error_and_not_half_a_result(bigquery_service: BigQueryService) -> None:
    client = bigquery_service.client()
    job = client.query("SELECT 1 AS a")
    bigquery_service.set_faults([{"path": RESULTS, "malformed": True}])
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|delimiter"):
        list(job.result())


def test_without_retries_the_first_error_counts(bigquery_service: BigQueryService) -> None:
    bigquery_service.set_faults([{"path": JOBS, **google_error(503, "backendError")}])
    with pytest.raises(ServiceUnavailable):
        bigquery_service.client().query("SELECT 1", retry=None, job_retry=None)
    assert bigquery_service.fired() == [1]
