"""A request is let in as it was signed, and in no other form."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.services.s3.account import REGION
from dagster_open_platform_local.services.s3.credentials import S3Credentials
from dagster_open_platform_local.services.s3.errors import S3Error
from dagster_open_platform_local.services.s3.sessions import Sessions
from dagster_open_platform_local.services.s3.signature import Head, verify
from dagster_open_platform_tests.fixtures.s3_in_process import (
    BUCKET,
    Account,
    refusal,
)

KEY = S3Credentials.new()
BEGIN = "http://s3.local"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PLAIN = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)


def signed(
    path: str = "/bucket/key",
    query: list[tuple[str, str]] | None = None,
    headers: dict[str, str] | None = None,
    method: str = "GET",
    region: str = REGION,
    key: S3Credentials = KEY,
) -> Head:
    """A request that botocore signed with a header."""
    url = f"{BEGIN}{quote(path, safe='/~')}?{urlencode(query or [], quote_via=quote)}"
    request = AWSRequest(method, url, {"host": "s3.local", **(headers or {})})
    S3SigV4Auth(Credentials(key.access_key, key.secret_key), "s3", region).add_auth(request)
    return head_of(request)


def head_of(request: AWSRequest) -> Head:
    split = urlsplit(str(request.url))
    headers = {name.lower(): [str(value)] for name, value in request.headers.items()}
    return Head(str(request.method), split.path, parse_qsl(split.query, keep_blank_values=True), headers)


def code_of(head: Head, now: datetime | None = None, service: str = "s3") -> str:
    """How a request fares; `ok` if it is let in."""
    sessions = Sessions.of_platform(KEY, clock=lambda: now or datetime.now(UTC))
    try:
        verify(head, sessions, service)
    except S3Error as error:
        return error.code
    return "ok"


@given(st.lists(TEXT, max_size=4), st.lists(st.tuples(TEXT, TEXT), max_size=4), PLAIN)
def test_what_botocore_signs_is_let_in(path: list[str], query: list[tuple[str, str]], value: str) -> None:
    assert code_of(signed("/bucket/" + "/".join(path), query, {"x-amz-meta-note": value})) == "ok"


@given(
    st.sampled_from(["method", "path", "query", "x-amz-meta-note", "x-amz-content-sha256", "x-amz-date"]),
    PLAIN,
)
def test_what_was_changed_after_signing_is_refused(part: str, value: str) -> None:
    head = signed(query=[("prefix", "a")], headers={"x-amz-meta-note": "note"})
    headers = dict(head.headers)
    if part in ("x-amz-meta-note", "x-amz-content-sha256"):
        headers[part] = [value + headers[part][0]]
    if part == "x-amz-date":
        headers[part] = [f"{headers[part][0][:-2]}{(int(headers[part][0][-2]) + 1) % 10}Z"]
    changed = Head(
        "PUT" if part == "method" else head.method,
        f"{head.path}/more" if part == "path" else head.path,
        [*head.query, (value, "")] if part == "query" else head.query,
        headers,
    )

    assert code_of(head) == "ok"
    assert code_of(changed) == "SignatureDoesNotMatch"


def test_the_day_that_is_signed_is_the_day_of_the_request() -> None:
    head = signed()
    day = head.headers["x-amz-date"][0][:8]
    [authorization] = head.headers["authorization"]

    other = {"authorization": [authorization.replace(f"/{day}/", "/20260601/")]}

    assert code_of(Head("GET", head.path, head.query, head.headers | other)) == "SignatureDoesNotMatch"


def test_a_header_of_amazons_that_is_not_signed_is_refused() -> None:
    head = signed()

    assert (
        code_of(Head("GET", head.path, head.query, head.headers | {"x-amz-acl": ["private"]}))
        == "AccessDenied"
    )


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "AccessDenied"),
        ("AWS AKIA:c2lnbmF0dXJl", "InvalidRequest"),
        ("Bearer token", "InvalidRequest"),
        ("AWS4-HMAC-SHA256 Credential=x", "AuthorizationHeaderMalformed"),
        (
            "AWS4-HMAC-SHA256 Credential=key/20260601/us-west-2/s3, SignedHeaders=host, Signature=00",
            "AuthorizationHeaderMalformed",
        ),
    ],
)
def test_what_is_no_signature_is_refused(authorization: str | None, code: str) -> None:
    headers = {name: value for name, value in signed().headers.items() if name != "authorization"}

    assert (
        code_of(
            Head(
                "GET",
                "/bucket/key",
                [],
                headers | ({"authorization": [authorization]} if authorization else {}),
            )
        )
        == code
    )


def test_unknown_key_wrong_secret_region_and_service() -> None:
    assert code_of(signed(key=S3Credentials.new())) == "InvalidAccessKeyId"
    assert code_of(signed(key=S3Credentials(KEY.access_key, "wrong"))) == "SignatureDoesNotMatch"
    assert code_of(signed(region="eu-central-1")) == "AuthorizationHeaderMalformed"
    assert code_of(signed(), service="sts") == "AuthorizationHeaderMalformed"


@pytest.mark.parametrize("minutes", [-16, -14, 0, 14, 16])
def test_a_clock_may_be_a_quarter_of_an_hour_off(minutes: int) -> None:
    now = datetime.now(UTC) + timedelta(minutes=minutes)

    assert code_of(signed(), now) == ("ok" if abs(minutes) < 15 else "RequestTimeTooSkewed")


@pytest.mark.parametrize(("late", "code"), [(-5, "ok"), (55, "ok"), (65, "AccessDenied")])
def test_a_presigned_address_is_good_for_its_time(late: int, code: str) -> None:
    request = AWSRequest(
        "GET", f"{BEGIN}/bucket/a%20b?response-content-type=text%2Fplain", {"host": "s3.local"}
    )
    S3SigV4QueryAuth(Credentials(KEY.access_key, KEY.secret_key), "s3", REGION, expires=60).add_auth(request)

    head = head_of(request)

    assert code_of(head, datetime.now(UTC) + timedelta(seconds=late)) == code
    if code == "ok":
        other = Head(head.method, "/bucket/other", head.query, head.headers)
        assert code_of(other) == "SignatureDoesNotMatch"
        longer = [(name, "600" if name == "X-Amz-Expires" else value) for name, value in head.query]
        assert code_of(Head(head.method, head.path, longer, head.headers)) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("seconds", [0, 7 * 24 * 3600 + 1])
def test_a_presigned_address_is_good_for_a_week_at_most(seconds: int) -> None:
    request = AWSRequest("GET", f"{BEGIN}/bucket/key", {"host": "s3.local"})
    S3SigV4QueryAuth(Credentials(KEY.access_key, KEY.secret_key), "s3", REGION, expires=seconds).add_auth(
        request
    )

    assert code_of(head_of(request)) == "AuthorizationQueryParametersError"


def test_a_signature_without_the_hash_of_the_body_is_refused() -> None:
    request = AWSRequest("GET", f"{BEGIN}/bucket/key", {"host": "s3.local"})
    SigV4Auth(Credentials(KEY.access_key, KEY.secret_key), "s3", REGION).add_auth(request)

    assert code_of(head_of(request)) == "InvalidRequest"


def test_boto3s_presigned_addresses_work(account: Account) -> None:
    account.store.put(BUCKET, "a b", b"content")
    parameters = {"Bucket": BUCKET, "Key": "a b", "ResponseContentType": "text/plain"}
    url = account.client(signature_version="s3v4").generate_presigned_url("get_object", parameters)

    answer = account.send("GET", url, {})

    assert (answer.status, answer.data, answer.headers["content-type"]) == (200, b"content", "text/plain")
    assert account.send("PUT", url, {}).status == 403


def test_the_answer_names_the_code_in_xml(account: Account) -> None:
    answer = account.send("GET", f"{BEGIN}/bucket/key", {})

    assert (answer.status, answer.headers["content-type"]) == (403, "application/xml")
    assert b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message>" in answer.data


def test_a_client_with_the_wrong_secret_learns_it(account: Account) -> None:
    client = account.client(key=S3Credentials(account.platform.access_key, "wrong"))

    with pytest.raises(ClientError) as error:
        client.list_buckets()

    assert refusal(error) == ("SignatureDoesNotMatch", 403)
    assert "wrong" not in str(error.value)
