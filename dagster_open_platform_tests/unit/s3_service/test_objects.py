"""Objects are written, read, copied and deleted as S3 does it."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.services.s3.conditions import byte_range
from dagster_open_platform_local.services.s3.errors import S3Error
from dagster_open_platform_tests.fixtures.s3_in_process import BUCKET, OTHER, Account, refusal

BODY = bytes(range(256))


def read(client: Any, key: str, **options: Any) -> bytes:
    return client.get_object(Bucket=BUCKET, Key=key, **options)["Body"].read()


@pytest.mark.parametrize(
    "key", ["a", "a/b", "a/", "/lead", "a//b", "../../up", "./.", "sp ace", "+&?#%", "é日\n\t", "x" * 1024]
)
def test_any_key_is_written_read_listed_and_deleted(account: Account, key: str) -> None:
    client = account.client()
    for other in ("a", "a/b", "a/b/c"):
        client.put_object(Bucket=BUCKET, Key=other, Body=b"other")

    client.put_object(Bucket=BUCKET, Key=key, Body=key.encode())

    assert read(client, key) == key.encode()
    assert client.head_object(Bucket=BUCKET, Key=key)["ContentLength"] == len(key.encode())
    assert key in [each["Key"] for each in client.list_objects_v2(Bucket=BUCKET)["Contents"]]
    client.delete_object(Bucket=BUCKET, Key=key)
    with pytest.raises(ClientError) as error:
        client.head_object(Bucket=BUCKET, Key=key)
    assert refusal(error) == ("404", 404)


def test_what_does_not_exist(account: Account) -> None:
    client = account.client()
    for call, code in (
        (lambda: read(client, "missing"), "NoSuchKey"),
        (lambda: client.get_object(Bucket="missing", Key="key"), "NoSuchBucket"),
        (lambda: client.put_object(Bucket="missing", Key="key", Body=b""), "NoSuchBucket"),
        (lambda: client.list_objects_v2(Bucket="missing"), "NoSuchBucket"),
        (lambda: client.head_bucket(Bucket="missing"), "404"),
        (lambda: client.delete_object(Bucket="missing", Key="key"), "NoSuchBucket"),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert refusal(error) == (code, 404)
    assert client.delete_object(Bucket=BUCKET, Key="missing")["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_a_key_may_have_1024_bytes(account: Account) -> None:
    client = account.client()
    for call in (
        lambda key: client.put_object(Bucket=BUCKET, Key=key, Body=b""),
        lambda key: client.copy_object(Bucket=BUCKET, Key="x", CopySource={"Bucket": BUCKET, "Key": key}),
        lambda key: client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key}]}),
    ):
        with pytest.raises(ClientError) as error:
            call("é" * 513)
        assert refusal(error) == ("KeyTooLongError", 400)
    assert client.list_objects_v2(Bucket=BUCKET, Prefix="é" * 5000)["KeyCount"] == 0


def test_what_a_writer_gives_is_what_a_reader_gets(account: Account) -> None:
    client = account.client()
    given = {
        "ContentType": "application/json",
        "ContentEncoding": "gzip",
        "CacheControl": "no-cache",
        "ContentDisposition": 'attachment; filename="x"',
        "Metadata": {"organization": "acme", "empty": ""},
    }
    client.put_object(Bucket=BUCKET, Key="key", Body=BODY, **given)

    for answer in (client.get_object(Bucket=BUCKET, Key="key"), client.head_object(Bucket=BUCKET, Key="key")):
        assert {name: answer[name] for name in given} == given
    client.put_object(Bucket=BUCKET, Key="key", Body=BODY)
    plain = client.head_object(Bucket=BUCKET, Key="key")
    assert (plain["ContentType"], plain["Metadata"], "ContentEncoding" in plain) == (
        "binary/octet-stream",
        {},
        False,
    )


@given(st.integers(0, 5), st.one_of(st.none(), st.integers(0, 8)), st.one_of(st.none(), st.integers(0, 8)))
def test_a_range_is_a_slice(size: int, first: int | None, last: int | None) -> None:
    data = bytes(range(size))
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    if first is None:
        expected = data if last is None else data[len(data) - min(last, size) :]
    else:
        expected = data[first : size if last is None else last + 1]
    understood = (first, last) != (None, None) and not (
        first is not None and last is not None and last < first
    )

    if understood and not expected:
        with pytest.raises(S3Error, match="InvalidRange"):
            byte_range(header, size)
        return
    found = byte_range(header, size)
    assert (found is not None) == understood
    assert found is None or data[found[0] : found[0] + found[1]] == expected


def test_a_part_of_an_object(account: Account) -> None:
    client = account.client()
    client.put_object(Bucket=BUCKET, Key="key", Body=BODY)

    for header, expected in (("bytes=0-9", BODY[:10]), ("bytes=-7", BODY[-7:]), ("bytes=250-", BODY[250:])):
        answer = client.get_object(Bucket=BUCKET, Key="key", Range=header)
        assert (answer["Body"].read(), answer["ResponseMetadata"]["HTTPStatusCode"]) == (expected, 206)
        assert answer["ContentRange"].endswith("/256")
    assert client.head_object(Bucket=BUCKET, Key="key", Range="bytes=0-9")["ContentLength"] == 10
    assert read(client, "key", Range="lines=1-2") == BODY
    with pytest.raises(ClientError) as error:
        read(client, "key", Range="bytes=256-")
    assert refusal(error) == ("InvalidRange", 416)


def test_a_reader_asks_for_a_version(account: Account) -> None:
    client = account.client()
    etag = client.put_object(Bucket=BUCKET, Key="key", Body=BODY)["ETag"]
    changed = client.head_object(Bucket=BUCKET, Key="key")["LastModified"]
    second = timedelta(seconds=1)

    for holds in (
        {"IfMatch": etag},
        {"IfMatch": "*"},
        {"IfMatch": f'"other", {etag}', "IfUnmodifiedSince": changed - second},
        {"IfNoneMatch": '"other"', "IfModifiedSince": changed},
        {"IfModifiedSince": changed - second},
        {"IfUnmodifiedSince": changed},
    ):
        assert read(client, "key", **holds) == BODY
    for fails, status in (
        ({"IfMatch": '"other"'}, 412),
        ({"IfUnmodifiedSince": changed - second}, 412),
        ({"IfNoneMatch": etag}, 304),
        ({"IfModifiedSince": changed}, 304),
    ):
        for call in (client.get_object, client.head_object):
            with pytest.raises(ClientError) as error:
                call(Bucket=BUCKET, Key="key", **fails)
            assert refusal(error)[1] == status


def test_a_writer_asks_for_a_version(account: Account) -> None:
    client = account.client()
    etag = client.put_object(Bucket=BUCKET, Key="key", Body=b"1", IfNoneMatch="*")["ETag"]

    for options, code in (
        ({"Key": "key", "IfNoneMatch": "*"}, ("PreconditionFailed", 412)),
        ({"Key": "key", "IfMatch": '"other"'}, ("PreconditionFailed", 412)),
        ({"Key": "other", "IfMatch": etag}, ("NoSuchKey", 404)),
    ):
        with pytest.raises(ClientError) as error:
            client.put_object(Bucket=BUCKET, Body=b"2", **options)
        assert refusal(error) == code
    assert read(client, "key") == b"1"
    client.put_object(Bucket=BUCKET, Key="key", Body=b"3", IfMatch=etag)
    assert read(client, "key") == b"3"


def test_a_copy(account: Account) -> None:
    client = account.client()
    etag = client.put_object(
        Bucket=BUCKET, Key="a b/é?", Body=BODY, ContentType="text/x", Metadata={"m": "1"}
    )["ETag"]
    source = {"Bucket": BUCKET, "Key": "a b/é?"}

    copied = client.copy_object(Bucket=OTHER, Key="copy", CopySource=source, CopySourceIfMatch=etag)
    replaced = {"MetadataDirective": "REPLACE", "Metadata": {"m": "2"}}
    client.copy_object(Bucket=BUCKET, Key="a b/é?", CopySource=source, **replaced)

    answer = client.get_object(Bucket=OTHER, Key="copy")
    assert (answer["Body"].read(), answer["ContentType"], answer["Metadata"]) == (BODY, "text/x", {"m": "1"})
    assert copied["CopyObjectResult"]["ETag"] == etag == answer["ETag"]
    assert client.head_object(Bucket=BUCKET, Key="a b/é?")["Metadata"] == {"m": "2"}
    for options, code in (
        ({"CopySource": {"Bucket": BUCKET, "Key": "none"}}, ("NoSuchKey", 404)),
        ({"CopySource": {"Bucket": "none", "Key": "none"}}, ("NoSuchBucket", 404)),
        ({"CopySource": source, "CopySourceIfMatch": '"other"'}, ("PreconditionFailed", 412)),
        ({"CopySource": source, "CopySourceIfNoneMatch": etag}, ("PreconditionFailed", 412)),
        ({"CopySource": {"Bucket": OTHER, "Key": "copy"}}, ("InvalidRequest", 400)),
    ):
        with pytest.raises(ClientError) as error:
            client.copy_object(**{"Bucket": OTHER, "Key": "copy", **options})
        assert refusal(error) == code


def test_many_are_deleted_at_once(account: Account) -> None:
    client = account.client()
    keys = ["a", "a/b", "c&<d>", " lead and trail ", "\r\n\t", "é"]
    for key in [*keys, "stays"]:
        client.put_object(Bucket=BUCKET, Key=key, Body=b"")

    answer = client.delete_objects(
        Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in [*keys, "none"]]}
    )
    quiet = client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "none"}], "Quiet": True})

    assert [each["Key"] for each in answer["Deleted"]] == [*keys, "none"]
    assert "Deleted" not in quiet
    assert [each["Key"] for each in client.list_objects_v2(Bucket=BUCKET)["Contents"]] == ["stays"]


def test_buckets(account: Account) -> None:
    client = account.client()
    client.create_bucket(Bucket="new-bucket", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    before = client.list_buckets()["Buckets"]
    client.put_object(Bucket="new-bucket", Key="key", Body=b"")

    assert [each["Name"] for each in before] == [BUCKET, "new-bucket", OTHER]
    assert client.list_buckets()["Buckets"] == before
    assert client.head_bucket(Bucket="new-bucket")["BucketRegion"] == "us-west-2"
    assert client.get_bucket_location(Bucket="new-bucket")["LocationConstraint"] == "us-west-2"
    for name, region, code in (
        ("new-bucket", "us-west-2", ("BucketAlreadyOwnedByYou", 409)),
        ("third-bucket", "eu-central-1", ("InvalidRequest", 400)),
        ("Not_A_Bucket", "us-west-2", ("InvalidBucketName", 400)),
    ):
        with pytest.raises(ClientError) as error:
            client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
        assert refusal(error) == code
