"""Uploads in parts: what is named becomes the object, in its order, and nothing before that."""

import hashlib
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dagster_open_platform_local.services.s3.store import ObjectStore
from dagster_open_platform_tests.fixtures.s3_in_process import BUCKET, Account, refusal

PART = 5 << 20
AT = {"Bucket": BUCKET, "Key": "a/key"}


def upload(client: Any, upload_id: str, number: int, body: bytes, **options: Any) -> dict[str, Any]:
    answer = client.upload_part(**AT, UploadId=upload_id, PartNumber=number, Body=body, **options)
    return {"PartNumber": number, "ETag": answer["ETag"]}


def complete(client: Any, upload_id: str, parts: list[dict[str, Any]], **options: Any) -> Any:
    return client.complete_multipart_upload(
        **AT, UploadId=upload_id, MultipartUpload={"Parts": parts}, **options
    )


def test_parts_become_an_object(account: Account) -> None:
    client = account.client()
    upload_id = client.create_multipart_upload(**AT, ContentType="text/x", Metadata={"m": "1"})["UploadId"]
    bodies = {3: b"c" * 10, 1: b"a" * PART, 2: b"b" * PART}
    upload(client, upload_id, 2, b"replaced" * PART)
    parts = [upload(client, upload_id, number, body) for number, body in bodies.items()]
    assert [part["PartNumber"] for part in client.list_parts(**AT, UploadId=upload_id)["Parts"]] == [1, 2, 3]
    listed = client.list_parts(**AT, UploadId=upload_id, MaxParts=2)
    rest = client.list_parts(**AT, UploadId=upload_id, PartNumberMarker=listed["NextPartNumberMarker"])
    assert "Contents" not in client.list_objects_v2(Bucket=BUCKET)
    account.store.clean()

    answer = complete(client, upload_id, sorted(parts, key=lambda part: part["PartNumber"]))

    found = client.get_object(**AT)
    digests = b"".join(hashlib.md5(bodies[number], usedforsecurity=False).digest() for number in (1, 2, 3))
    etag = f'"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-3"'
    assert found["Body"].read() == bodies[1] + bodies[2] + bodies[3]
    assert (found["ETag"], found["ContentType"], found["Metadata"]) == (etag, "text/x", {"m": "1"})
    assert answer["ETag"] == etag == client.list_objects_v2(Bucket=BUCKET)["Contents"][0]["ETag"]
    # Also for one who does not remember it.
    fresh = ObjectStore(account.store.directory).info(BUCKET, "a/key")
    assert fresh is not None
    assert f'"{fresh.etag}"' == etag
    assert [part["PartNumber"] for part in listed["Parts"] + rest["Parts"]] == [1, 2, 3]
    assert [part["Size"] for part in listed["Parts"] + rest["Parts"]] == [PART, PART, 10]
    assert (listed["IsTruncated"], rest["IsTruncated"]) == (True, False)


def test_only_the_parts_that_are_named(account: Account) -> None:
    client = account.client()
    upload_id = client.create_multipart_upload(**AT)["UploadId"]
    parts = [upload(client, upload_id, number, bytes([number])) for number in (1, 2)]

    complete(client, upload_id, parts[1:])

    assert client.get_object(**AT)["Body"].read() == b"\2"
    with pytest.raises(ClientError) as error:
        complete(client, upload_id, parts)
    assert refusal(error) == ("NoSuchUpload", 404)


def test_what_cannot_be_completed_stays_an_upload(account: Account) -> None:
    client = account.client()
    upload_id = client.create_multipart_upload(**AT)["UploadId"]
    one, two = (upload(client, upload_id, number, b"x" * 10) for number in (1, 2))

    for parts, code in (
        ([two, one], "InvalidPartOrder"),
        ([one, one], "InvalidPartOrder"),
        ([{**one, "ETag": '"0"'}], "InvalidPart"),
        ([{**one, "ChecksumCRC32": "AAAAAA=="}], "InvalidPart"),
        ([{**one, "PartNumber": 3}], "InvalidPart"),
        ([one, two], "EntityTooSmall"),
        ([], "MalformedXML"),
    ):
        with pytest.raises(ClientError) as error:
            complete(client, upload_id, parts)
        assert refusal(error) == (code, 400)
    assert "Contents" not in client.list_objects_v2(Bucket=BUCKET)
    complete(client, upload_id, [one])


def test_a_condition_on_the_object(account: Account) -> None:
    client = account.client()
    client.put_object(**AT, Body=b"old")
    upload_id = client.create_multipart_upload(**AT)["UploadId"]
    part = upload(client, upload_id, 1, b"new")

    with pytest.raises(ClientError) as error:
        complete(client, upload_id, [part], IfNoneMatch="*")

    assert refusal(error) == ("PreconditionFailed", 412)
    assert client.get_object(**AT)["Body"].read() == b"old"


def test_an_upload_that_is_aborted_is_gone(account: Account) -> None:
    client = account.client()
    upload_id = client.create_multipart_upload(**AT)["UploadId"]
    part = upload(client, upload_id, 1, b"x")

    client.abort_multipart_upload(**AT, UploadId=upload_id)

    for call in (
        lambda: upload(client, upload_id, 1, b"x"),
        lambda: complete(client, upload_id, [part]),
        lambda: client.list_parts(**AT, UploadId=upload_id),
        lambda: client.abort_multipart_upload(**AT, UploadId=upload_id),
        lambda: client.abort_multipart_upload(**AT, UploadId="../../x"),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert refusal(error) == ("NoSuchUpload", 404)
    assert list((account.store.directory / ".uploads").iterdir()) == []


def test_an_upload_belongs_to_its_key(account: Account) -> None:
    client = account.client()
    upload_id = client.create_multipart_upload(**AT)["UploadId"]

    with pytest.raises(ClientError) as error:
        client.upload_part(Bucket=BUCKET, Key="other", UploadId=upload_id, PartNumber=1, Body=b"x")
    assert refusal(error) == ("NoSuchUpload", 404)
    with pytest.raises(ClientError) as error:
        upload(client, upload_id, 10_001, b"x")
    assert refusal(error) == ("InvalidArgument", 400)
    with pytest.raises(ClientError) as error:
        upload(client, upload_id, 1, b"x", ChecksumCRC32="AAAAAA==")
    assert refusal(error) == ("BadDigest", 400)
