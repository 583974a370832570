"""A body becomes an object only if it arrived as it was sent."""

import base64
import hashlib
import zlib
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.services.s3.account import REGION
from dagster_open_platform_local.services.s3.checksums import checksum
from dagster_open_platform_local.services.s3.chunks import ChunkDecoder
from dagster_open_platform_local.services.s3.errors import S3Error
from dagster_open_platform_tests.fixtures.s3_in_process import BUCKET, Account, refusal

BODY = b"what was sent" * 1000
CRC32 = base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode()
CHUNKED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


def encoded(pieces: list[bytes], trailers: dict[str, str]) -> bytes:
    """A body in aws-chunked."""
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return (
        chunks
        + b"0\r\n"
        + "".join(f"{name}:{value}\r\n" for name, value in trailers.items()).encode()
        + b"\r\n"
    )


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.lists(st.integers(0, 300), max_size=6))
def test_aws_chunked_is_undone_however_it_arrives(pieces: list[bytes], cuts: list[int]) -> None:
    wire = encoded(pieces, {"x-amz-checksum-crc32": "AAAAAA=="})
    decoder = ChunkDecoder()
    ends = [*sorted(min(cut, len(wire)) for cut in cuts), len(wire)]

    found = b"".join(
        data for start, end in zip([0, *ends], ends, strict=False) for data in decoder.feed(wire[start:end])
    )

    assert (found, decoder.complete) == (b"".join(pieces), True)
    assert decoder.trailers == {"x-amz-checksum-crc32": "AAAAAA=="}


@pytest.mark.parametrize(
    "wire", [b"xyz\r\n", b"2\r\nabc\r\n0\r\n\r\n", b"0\r\nno colon\r\n\r\n", b"-1\r\n", b"1" * 20_000]
)
def test_what_is_not_aws_chunked_is_refused(wire: bytes) -> None:
    with pytest.raises(S3Error, match="InvalidRequest"):
        list(ChunkDecoder().feed(wire))


def put(account: Account, body: bytes, content_sha256: str, **headers: str) -> Any:
    """A signed PUT, as no client of ours sends it."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"host": "s3.local", "content-length": str(len(body)), **given}
    request = AWSRequest("PUT", f"http://s3.local/{BUCKET}/key", named, body)

    class Signer(S3SigV4Auth):
        def payload(self, request: AWSRequest) -> str:
            return content_sha256

    key = account.administrator
    Signer(Credentials(key.access_key, key.secret_key), "s3", REGION).add_auth(request)
    return account.send(
        "PUT", str(request.url), {name: str(value) for name, value in request.headers.items()}, body
    )


def objects(account: Account) -> list[str]:
    return [each["Key"] for each in account.client().list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@pytest.mark.parametrize("trailer", [CRC32, "AAAAAA=="])
@pytest.mark.parametrize("cut", [0, 3])
def test_a_checksum_after_the_body(account: Account, trailer: str, cut: int) -> None:
    wire = encoded([BODY[:100], BODY[100:]], {"x-amz-checksum-crc32": trailer})
    headers = {"x_amz_decoded_content_length": str(len(BODY)), "x_amz_trailer": "x-amz-checksum-crc32"}

    answer = put(account, wire[: len(wire) - cut], CHUNKED, content_encoding="aws-chunked,gzip", **headers)

    if trailer == CRC32 and not cut:
        assert (answer.status, answer.headers["x-amz-checksum-crc32"]) == (200, CRC32)
        found = account.client().get_object(Bucket=BUCKET, Key="key")
        assert (found["Body"].read(), found["ContentEncoding"]) == (BODY, "gzip")
    else:
        assert answer.status == 400
        assert (b"IncompleteBody" if cut else b"BadDigest") in answer.data
        assert objects(account) == []


def test_a_body_other_than_the_signed_one(account: Account) -> None:
    answer = put(account, BODY, hashlib.sha256(b"other").hexdigest())

    assert answer.status == 400
    assert b"<Code>XAmzContentSHA256Mismatch</Code>" in answer.data
    assert objects(account) == []


@pytest.mark.parametrize("length", [len(BODY) - 1, len(BODY) + 1])
def test_a_body_of_another_length(account: Account, length: int) -> None:
    answer = put(account, BODY, "UNSIGNED-PAYLOAD", content_length=str(length))

    assert (answer.status, b"<Code>IncompleteBody</Code>" in answer.data) == (400, True)
    assert objects(account) == []


def test_a_body_of_no_length(account: Account) -> None:
    answer = put(account, BODY, "UNSIGNED-PAYLOAD", content_length="", transfer_encoding="chunked")

    assert (answer.status, b"<Code>MissingContentLength</Code>" in answer.data) == (411, True)


def test_an_unsigned_body_is_taken(account: Account) -> None:
    assert put(account, BODY, "UNSIGNED-PAYLOAD").status == 200
    assert objects(account) == ["key"]


def test_chunks_that_are_signed_are_not_implemented(account: Account) -> None:
    answer = put(account, BODY, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", x_amz_decoded_content_length="1")

    assert (answer.status, b"<Code>NotImplemented</Code>" in answer.data) == (501, True)


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_every_checksum_of_s3_is_checked(account: Account, algorithm: str) -> None:
    digest = checksum(algorithm.lower())
    digest.update(BODY)
    client = account.client()

    answer = client.put_object(Bucket=BUCKET, Key="key", Body=BODY, **{f"Checksum{algorithm}": digest.value})

    assert answer[f"Checksum{algorithm}"] == digest.value
    with pytest.raises(ClientError) as error:
        client.put_object(
            Bucket=BUCKET, Key="key", Body=BODY + b"x", **{f"Checksum{algorithm}": digest.value}
        )
    assert refusal(error) == ("BadDigest", 400)
    assert account.client().head_object(Bucket=BUCKET, Key="key")["ContentLength"] == len(BODY)


def test_checksums_equal_pythons() -> None:
    for algorithm, expected in (
        ("crc32", zlib.crc32(BODY).to_bytes(4, "big")),
        ("sha1", hashlib.sha1(BODY, usedforsecurity=False).digest()),
        ("sha256", hashlib.sha256(BODY).digest()),
    ):
        digest = checksum(algorithm)
        digest.update(BODY)
        assert base64.b64decode(digest.value) == expected


def test_a_content_md5(account: Account) -> None:
    good = base64.b64encode(hashlib.md5(BODY, usedforsecurity=False).digest()).decode()

    assert put(account, BODY, "UNSIGNED-PAYLOAD", content_md5=good).status == 200
    for wrong, code in ((base64.b64encode(bytes(16)).decode(), b"BadDigest"), ("nonsense", b"InvalidDigest")):
        answer = put(account, BODY, "UNSIGNED-PAYLOAD", content_md5=wrong)
        assert (answer.status, b"<Code>" + code + b"</Code>" in answer.data) == (400, True)


def test_an_algorithm_that_s3_has_not(account: Account) -> None:
    answer = put(account, BODY, "UNSIGNED-PAYLOAD", x_amz_checksum_crc16="AAAA")

    assert (answer.status, b"<Code>NotImplemented</Code>" in answer.data) == (501, True)


def test_two_checksums_are_one_too_many(account: Account) -> None:
    answer = put(account, BODY, "UNSIGNED-PAYLOAD", x_amz_checksum_crc32=CRC32, x_amz_checksum_sha1="x")

    assert (answer.status, b"<Code>InvalidRequest</Code>" in answer.data) == (400, True)
