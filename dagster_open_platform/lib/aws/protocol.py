"""What assets may ask of an object store.

What belongs here: the narrow protocol and the values that cross it. What does not: a client, credentials, any key.

An ETag names the bytes of an object: it changes whenever they do
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html). It is kept without its quotes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

ABSENT: Final = ""
"""As the ETag that an object is expected to have: there must be none."""
LONGEST_ADDRESS: Final = dt.timedelta(days=7)
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html"""


@dataclass(frozen=True)
class ObjectInfo:
    """What a listing says of an object.

    Args:
        key: Its name in the bucket.
        etag: Changes with its bytes; without quotes.
        size: Bytes.
        modified: When it was written, aware, whole seconds.
    """

    key: str
    etag: str
    size: int
    modified: dt.datetime


class ByteStream(Protocol):
    """The bytes of an object, in order."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes: up to ``size``, or all that are left; none at the end.

        Raises:
            ObjectStoreUnavailable: The connection broke before all of them were there.
        """
        ...


class ObjectStore(Protocol):
    """An object store. May be used by several threads at once.

    Every method raises ``PermanentFailure`` and ``RetryableFailure`` of ``errors.py``, which name bucket and key.
    """

    def list_objects(self, bucket: str, prefix: str, *, start_after: str = "") -> Iterator[ObjectInfo]:
        """Every object whose key begins with a prefix, in the order of the keys' bytes; a page at a time as it is read.

        Args:
            bucket: Where.
            prefix: What keys begin with.
            start_after: Only keys that come after this one.
        """
        ...

    def list_folders(self, bucket: str, prefix: str, *, start_after: str = "") -> Iterator[str]:
        """What stands between a prefix and the next slash in any key, each once, without the slash.

        They come in the order of the bytes of the keys, in which ``a-b/`` stands before ``a/``.

        Args:
            bucket: Where.
            prefix: Ends with a slash, or is empty.
            start_after: Only folders that come after this one.
        """
        ...

    def head_object(self, bucket: str, key: str) -> ObjectInfo | None:
        """What a listing would say of one object; None if there is none."""
        ...

    def get_object(self, bucket: str, key: str, *, if_match: str | None = None) -> tuple[bytes, str]:
        """All bytes of an object, and its ETag.

        Args:
            bucket: Where.
            key: Which.
            if_match: Only if its ETag is this one.

        Raises:
            MissingObject: There is none.
            ObjectChanged: Its ETag is another one.
        """
        ...

    def open_object(
        self, bucket: str, key: str, *, if_match: str | None = None
    ) -> AbstractContextManager[ByteStream]:
        """The bytes of an object as they come, inside a ``with`` block.

        Args and raises as ``get_object``.
        """
        ...

    def put_object(
        self,
        bucket: str,
        key: str,
        body: bytes,
        *,
        expected: str | None = None,
        content_type: str | None = None,
    ) -> str:
        """Writes an object whole; readers see the old one or the new one.

        Args:
            bucket: Where.
            key: Which.
            body: All bytes.
            expected: Only if its present ETag is this one, or ``ABSENT`` and there is none.
            content_type: What a browser is told that it is, such as ``text/html; charset=utf-8``; None: just bytes.

        Returns:
            Its ETag.

        Raises:
            ObjectChanged: There is another object than expected.
        """
        ...

    def delete_objects(self, bucket: str, keys: Sequence[str]) -> None:
        """Deletes objects, of which any may be gone already."""
        ...

    def address_of(self, bucket: str, key: str, valid: dt.timedelta) -> str:
        """An address at which whoever knows it may read an object, in a browser for example. Nothing is asked.

        Args:
            bucket: Where.
            key: Which; it need not be there yet.
            valid: For how long, at most ``LONGEST_ADDRESS``. An address that a role's session signed ends with the session.
        """
        ...


class ObjectStores(Protocol):
    """A door to object storage; its resource key is ``s3``."""

    def connect(self, role_variable: str | None = None) -> AbstractContextManager[ObjectStore]:
        """The store for the length of a ``with`` block.

        Args:
            role_variable: Variable that holds the ARN of a role to assume. If it is not set, the process's own credentials
                are used.
        """
        ...
