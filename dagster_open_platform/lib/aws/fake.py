"""An object store in memory, for tests and for trying an asset out.

What belongs here: the same protocol without a network. What does not: credentials.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from dagster_open_platform.lib.aws.errors import MissingBucket, MissingObject, ObjectChanged
from dagster_open_platform.lib.aws.protocol import ABSENT, ByteStream, ObjectInfo

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ObjectStore

Hook = Callable[[str, str], None]
"""Told of each request before it is answered: its name in the protocol, and its key or prefix. What it raises, the caller gets."""


class FakeObjectStore:
    """Buckets in memory.

    Args:
        buckets: Their names.
        before: Told of each request.
        page: Objects that a listing looks up at a time.
    """

    def __init__(
        self, buckets: Sequence[str], *, before: Hook = lambda request, key: None, page: int = 1000
    ) -> None:
        self.before = before
        self._page = page
        self._buckets: dict[str, dict[str, tuple[bytes, ObjectInfo]]] = {name: {} for name in buckets}
        self._lock = threading.Lock()

    def objects(self, bucket: str, prefix: str = "") -> Mapping[str, bytes]:
        """The bytes of every object, by key; no request."""
        with self._lock:
            return {
                key: body
                for key, (body, _) in sorted(self._buckets[bucket].items())
                if key.startswith(prefix)
            }

    def put(self, bucket: str, key: str, body: bytes, *, modified: dt.datetime | None = None) -> None:
        """Writes as somebody else would; no request.

        Args:
            bucket: Where.
            key: Which.
            body: All bytes.
            modified: When, aware; default: now.
        """
        with self._lock:
            self._write(bucket, key, body, modified)

    def list_objects(self, bucket: str, prefix: str, *, start_after: str = "") -> Iterator[ObjectInfo]:
        """See ``ObjectStore.list_objects``."""
        after = start_after.encode()
        while True:
            self.before("list_objects", prefix)
            with self._lock:
                later = sorted(
                    (key.encode(), info)
                    for key, (_, info) in self._bucket(bucket, prefix).items()
                    if key.startswith(prefix) and key.encode() > after
                )
            yield from (info for _, info in later[: self._page])
            if len(later) <= self._page:
                return
            after = later[self._page - 1][0]

    def list_folders(self, bucket: str, prefix: str, *, start_after: str = "") -> Iterator[str]:
        """See ``ObjectStore.list_folders``."""
        self.before("list_folders", prefix)
        with self._lock:
            keys = [
                key.removeprefix(prefix) for key in self._bucket(bucket, prefix) if key.startswith(prefix)
            ]
        folders = {key.partition("/")[0] for key in keys if "/" in key}
        after = f"{start_after}/".encode() if start_after else b""
        later = sorted(found for found in (f"{name}/".encode() for name in folders) if found > after)
        yield from (found.decode()[:-1] for found in later)

    def head_object(self, bucket: str, key: str) -> ObjectInfo | None:
        """See ``ObjectStore.head_object``."""
        self.before("head_object", key)
        with self._lock:
            found = self._bucket(bucket, key).get(key)
        return found[1] if found else None

    def get_object(self, bucket: str, key: str, *, if_match: str | None = None) -> tuple[bytes, str]:
        """See ``ObjectStore.get_object``."""
        self.before("get_object", key)
        with self._lock:
            found = self._bucket(bucket, key).get(key)
        if found is None:
            raise MissingObject(f"Cannot read s3://{bucket}/{key}: there is no such object.")
        if if_match and if_match != found[1].etag:
            raise ObjectChanged(f"Cannot read s3://{bucket}/{key}: it was replaced since it was listed.")
        return found[0], found[1].etag

    @contextmanager
    def open_object(self, bucket: str, key: str, *, if_match: str | None = None) -> Iterator[ByteStream]:
        """See ``ObjectStore.open_object``."""
        body, _ = self.get_object(bucket, key, if_match=if_match)
        with io.BytesIO(body) as stream:
            yield stream

    def put_object(
        self,
        bucket: str,
        key: str,
        body: bytes,
        *,
        expected: str | None = None,
        content_type: str | None = None,
    ) -> str:
        """See ``ObjectStore.put_object``. It shows nobody what it keeps, so it keeps no content type."""
        self.before("put_object", key)
        with self._lock:
            found = self._bucket(bucket, key).get(key)
            if expected is not None and expected != (found[1].etag if found else ABSENT):
                raise ObjectChanged(f"Cannot write s3://{bucket}/{key}: it was replaced since it was listed.")
            return self._write(bucket, key, body)

    def delete_objects(self, bucket: str, keys: Sequence[str]) -> None:
        """See ``ObjectStore.delete_objects``."""
        if keys:
            self.before("delete_objects", keys[0])
        with self._lock:
            for key in keys:
                self._bucket(bucket, key).pop(key, None)

    def address_of(self, bucket: str, key: str, valid: dt.timedelta) -> str:
        """See ``ObjectStore.address_of``."""
        return f"https://{bucket}.s3.example/{quote(key)}?valid={int(valid.total_seconds())}"

    def _bucket(self, bucket: str, key: str) -> dict[str, tuple[bytes, ObjectInfo]]:
        if bucket not in self._buckets:
            raise MissingBucket(f"Cannot use s3://{bucket}/{key}: there is no bucket {bucket}.")
        return self._buckets[bucket]

    def _write(self, bucket: str, key: str, body: bytes, modified: dt.datetime | None = None) -> str:
        # S3's own ETag of an object that was put at once.
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        when = (modified or dt.datetime.now(dt.UTC)).replace(microsecond=0)
        self._bucket(bucket, key)[key] = (bytes(body), ObjectInfo(key, etag, len(body), when))
        return etag


class FakeS3:
    """Stands where ``S3StoreResource`` stands, for a store in memory.

    Args:
        store: What it gives.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self.roles: list[str | None] = []

    @contextmanager
    def connect(self, role_variable: str | None = None) -> Iterator[ObjectStore]:
        """The store; notes which role was asked for."""
        self.roles.append(role_variable)
        yield self._store
