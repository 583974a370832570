"""Errors in Google's form, and credentials that Google's library understands."""

import base64
import json

import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials

from dagster_open_platform_local.services.bigquery.credentials import is_bearer, local_credentials
from dagster_open_platform_local.services.bigquery.errors import BigQueryError, invalid_query


def test_the_form_of_an_error() -> None:
    assert invalid_query("Syntax error").response() == {
        "error": {
            "code": 400,
            "message": "Syntax error",
            "errors": [
                {
                    "message": "Syntax error",
                    "domain": "global",
                    "reason": "invalidQuery",
                    "location": "query",
                    "locationType": "parameter",
                }
            ],
            "status": "INVALID_ARGUMENT",
        }
    }
    assert BigQueryError("accessDenied", "no").response()["error"]["status"] == "PERMISSION_DENIED"


def test_the_library_reads_the_credentials_and_fetches_no_token() -> None:
    info = json.loads(base64.b64decode(local_credentials("t-1")))
    credentials = Credentials.from_authorized_user_info(info)
    assert credentials.valid
    assert credentials.token == "t-1"
    # It refuses before any request: sockets are blocked here.
    with pytest.raises(RefreshError):
        credentials.refresh(Request())


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("Bearer t-1", True),
        ("bearer t-1", True),
        ("Bearer t-2", False),
        ("Basic t-1", False),
        ("", False),
        (None, False),
    ],
)
def test_the_token_is_checked(header: str | None, accepted: bool) -> None:
    assert is_bearer(header, "t-1") is accepted
