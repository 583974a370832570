"""What the service does not do, it says; it never does half of it."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dagster_open_platform_tests.fixtures.s3_in_process import BUCKET, Account, refusal

AT = {"Bucket": BUCKET, "Key": "key"}
RULE = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
CALLS: dict[str, Callable[[Any], Any]] = {
    "versions": lambda client: client.get_object(**AT, VersionId="1"),
    "parts of objects": lambda client: client.get_object(**AT, PartNumber=1),
    "list of versions": lambda client: client.list_object_versions(Bucket=BUCKET),
    "list of uploads": lambda client: client.list_multipart_uploads(Bucket=BUCKET),
    "deletion of a version": lambda client: client.delete_object(**AT, VersionId="1"),
    "deletion of versions": lambda client: client.delete_objects(
        Bucket=BUCKET, Delete={"Objects": [{"Key": "key", "VersionId": "1"}]}
    ),
    "deletion of a bucket": lambda client: client.delete_bucket(Bucket=BUCKET),
    "conditional deletion": lambda client: client.delete_object(**AT, IfMatch="*"),
    "attributes": lambda client: client.get_object_attributes(**AT, ObjectAttributes=["ETag"]),
    "tags": lambda client: client.get_object_tagging(**AT),
    "tags when writing": lambda client: client.put_object(**AT, Body=b"", Tagging="a=b"),
    "encryption": lambda client: client.put_object(**AT, Body=b"", ServerSideEncryption="aws:kms"),
    "storage classes": lambda client: client.put_object(**AT, Body=b"", StorageClass="GLACIER"),
    "access control": lambda client: client.put_object(**AT, Body=b"", ACL="public-read"),
    "locks": lambda client: client.put_object(**AT, Body=b"", ObjectLockMode="GOVERNANCE"),
    "writing behind an ETag": lambda client: client.put_object(**AT, Body=b"", IfNoneMatch='"x"'),
    "policies": lambda client: client.get_bucket_policy(Bucket=BUCKET),
    "lifecycles": lambda client: client.put_bucket_lifecycle_configuration(
        Bucket=BUCKET, LifecycleConfiguration={"Rules": [RULE]}
    ),
    "copies into parts": lambda client: client.upload_part_copy(
        **AT, UploadId="0" * 32, PartNumber=1, CopySource={"Bucket": BUCKET, "Key": "key"}
    ),
    "copies of versions": lambda client: client.copy_object(
        Bucket=BUCKET, Key="new", CopySource={"Bucket": BUCKET, "Key": "key", "VersionId": "1"}
    ),
    "queries": lambda client: client.select_object_content(
        **AT,
        Expression="select 1",
        ExpressionType="SQL",
        InputSerialization={"JSON": {"Type": "LINES"}},
        OutputSerialization={"JSON": {}},
    ),
    "filters of buckets": lambda client: client.list_buckets(Prefix="b"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_it_is_said_what_is_not_implemented(account: Account, call: Callable[[Any], Any]) -> None:
    client = account.client()
    client.put_object(**AT, Body=b"as it was")

    with pytest.raises(ClientError) as error:
        call(client)

    assert refusal(error) == ("NotImplemented", 501)
    assert "The local S3 does not implement" in str(error.value)
    assert client.get_object(**AT)["Body"].read() == b"as it was"
    assert len(client.list_objects_v2(Bucket=BUCKET)["Contents"]) == 1


@pytest.mark.parametrize("acl", ["private", "bucket-owner-full-control"])
def test_what_is_so_anyway_may_be_asked_for(account: Account, acl: str) -> None:
    account.client().put_object(**AT, Body=b"", ACL=acl, StorageClass="STANDARD")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"MaxKeys": -1}, "InvalidArgument"),
        ({"EncodingType": "base64"}, "InvalidArgument"),
        ({"ContinuationToken": "nonsense"}, "InvalidArgument"),
        ({"ExpectedBucketOwner": "111111111111"}, "AccessDenied"),
    ],
)
def test_a_listing_that_makes_no_sense(account: Account, options: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as error:
        account.client(parameter_validation=False).list_objects_v2(Bucket=BUCKET, **options)

    assert refusal(error)[0] == code


@pytest.mark.parametrize("path", ["/bucket/%ff", "/%ff/key", "/bucket/key?prefix=%ff"])
def test_what_is_not_utf8_is_no_key(account: Account, path: str) -> None:
    answer = account.send("GET", f"http://s3.local{path}", {})

    assert (answer.status, b"<Code>InvalidURI</Code>" in answer.data) == (400, True)


@pytest.mark.parametrize("path", ["//key", "/../key", "/.incoming/key", "/.buckets/bucket"])
def test_what_is_no_bucket_holds_nothing(account: Account, path: str) -> None:
    client = account.client()
    client.meta.events.register("before-sign.s3.GetObject", lambda request, **_: _redirect(request, path))

    with pytest.raises(ClientError) as error:
        client.get_object(Bucket=BUCKET, Key="x")

    assert refusal(error) == ("NoSuchBucket", 404)


def _redirect(request: Any, path: str) -> None:
    request.url = f"http://s3.local{path}"


def test_a_header_cannot_be_smuggled_into_an_answer(account: Account) -> None:
    client = account.client()
    client.put_object(**AT, Body=b"")

    with pytest.raises(ClientError) as error:
        client.get_object(**AT, ResponseContentType="text/plain\r\nx-more: 1")

    assert refusal(error) == ("InvalidArgument", 400)
