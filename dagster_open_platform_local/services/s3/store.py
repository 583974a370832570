"""Objects as files: one directory a bucket, one file an object.

What belongs here: reading, writing and deleting so that a reader, or a killed process, finds an object as it was or as it
is, never in between. What does not: HTTP, and who may do it. Others that fill the buckets (the simulated company, tests)
write through this class too.
"""

import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dagster_open_platform_local.services.s3.errors import S3Error, no_such_bucket, no_such_key
from dagster_open_platform_local.services.s3.files import Draft, ObjectInfo, OpenObject, md5_of
from dagster_open_platform_local.services.s3.keys import path_of
from dagster_open_platform_local.services.s3.metadata import (
    NOTHING,
    Metadata,
    Version,
    read_metadata,
    with_metadata,
)

_ETAGS = 200_000
_STORED_ETAG_BYTES = 8 << 20
_ATTEMPTS = 20


class ObjectStore:
    """The objects below a directory. May be used by several threads, and read while other processes write.

    Args:
        directory: Holds a directory for each bucket; made if it is missing.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self.incoming = self.directory / ".incoming"
        self.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._births = self.directory / ".buckets"
        self._births.mkdir(exist_ok=True, mode=0o700)
        self._lock = threading.RLock()
        self._etags: dict[str, tuple[Version, str]] = {}
        self._last_ns = 0

    def clean(self) -> None:
        """Remove what interrupted uploads left. Only for the one who starts to serve the directory."""
        shutil.rmtree(self.incoming)
        self.incoming.mkdir(mode=0o700)

    def buckets(self) -> list[tuple[str, float]]:
        """The buckets in order, and when each was made (seconds since 1970)."""
        return sorted((each.name, each.stat().st_mtime) for each in self._births.iterdir())

    def has_bucket(self, name: str) -> bool:
        """Whether there is a bucket."""
        if not name or "/" in name or name.startswith("."):
            return False
        return os.path.isdir(f"{self.directory}/{name}")  # noqa: PTH112 - asked for each request

    def create_buckets(self, names: Iterable[str]) -> None:
        """Make buckets that are missing."""
        for name in names:
            (self.directory / name).mkdir(exist_ok=True, mode=0o700)
            with suppress(FileExistsError):
                # A directory's own times change with what is in it.
                (self._births / name).touch(exist_ok=False)

    def open(self, bucket: str, key: str) -> OpenObject:
        """Open the present version of an object.

        Raises:
            S3Error: NoSuchBucket, NoSuchKey.
        """
        path = self.path(bucket, key)
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            raise (no_such_key(key) if self.has_bucket(bucket) else no_such_bucket(bucket)) from None
        try:
            return OpenObject(descriptor, self._info(descriptor, path, bucket, key))
        except BaseException:
            os.close(descriptor)
            raise

    def info(self, bucket: str, key: str) -> ObjectInfo | None:
        """The present version of an object; None if there is none."""
        try:
            with self.open(bucket, key) as found:
                return found.info
        except S3Error:
            return None

    def etag(self, bucket: str, key: str, status: os.stat_result) -> tuple[Version, str] | None:
        """Version and ETag of a file that a listing saw; None if it is gone by now."""
        known = self._etags.get(self.path(bucket, key))
        if known is not None and known[0] == Version.of(status):
            return known
        info = self.info(bucket, key)
        return None if info is None else (info.version, info.etag)

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """A file for bytes that may become an object; removed if they do not."""
        draft = Draft(f"{self.incoming}/{secrets.token_hex(16)}")
        try:
            yield draft
        finally:
            draft.discard()

    def keep(self, draft: Draft) -> Version:
        """Close a complete draft, whose file somebody else then moves away."""
        with self._lock:
            return draft.finish(self._moment())

    def publish(
        self,
        draft: Draft,
        bucket: str,
        key: str,
        metadata: Metadata = NOTHING,
        condition: Callable[[ObjectInfo | None], None] | None = None,
    ) -> ObjectInfo:
        """Make a draft the present version of an object.

        Args:
            draft: Complete.
            bucket: Exists.
            key: Of the object.
            metadata: What it has beside its bytes.
            condition: Raises if it must not replace the present version, which it is given.

        Raises:
            S3Error: NoSuchBucket, or what the condition raises.
        """
        path, md5 = self.path(bucket, key), draft.md5.hex()
        # An ETag that takes a second to compute is kept.
        etag = metadata.etag or (md5 if draft.size >= _STORED_ETAG_BYTES else None)
        with self._lock:
            if condition is not None:
                condition(self.info(bucket, key))
            version = draft.finish(self._moment())
            if metadata.headers or etag:
                self._describe(bucket, key, Metadata(metadata.headers, etag), version)
            self.move(draft.path, path, bucket)
            self._remember(path, version, etag or md5)
        return ObjectInfo(version, etag or md5, metadata.headers)

    def put(self, bucket: str, key: str, body: bytes, metadata: Metadata = NOTHING) -> ObjectInfo:
        """Write an object that fits into memory.

        Raises:
            S3Error: NoSuchBucket.
        """
        with self.draft() as draft:
            draft.write(body)
            return self.publish(draft, bucket, key, metadata)

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object; nothing happens if there is none."""
        path = self.path(bucket, key)
        with self._lock:
            self._etags.pop(path, None)
            for each, root in ((path, f"{self.directory}/{bucket}"), (self._beside(bucket, key), "")):
                with suppress(FileNotFoundError):
                    os.unlink(each)  # noqa: PTH108
                    _remove_empty(os.path.dirname(each), root or f"{self.directory}/.metadata")  # noqa: PTH120

    def path(self, bucket: str, key: str) -> str:
        """Of an object's file."""
        return f"{self.directory}/{bucket}/{path_of(key)}"

    def _beside(self, bucket: str, key: str) -> str:
        return f"{self.directory}/.metadata/{bucket}/{path_of(key)}"

    def _info(self, descriptor: int, path: str, bucket: str, key: str) -> ObjectInfo:
        version = Version.of(os.fstat(descriptor))
        metadata = read_metadata(self._beside(bucket, key), version)
        known = self._etags.get(path)
        if metadata.etag is not None:
            etag = metadata.etag
        elif known is not None and known[0] == version:
            etag = known[1]
        else:
            etag = md5_of(descriptor, version.size)
        self._remember(path, version, etag)
        return ObjectInfo(version, etag, metadata.headers)

    def _describe(self, bucket: str, key: str, metadata: Metadata, version: Version) -> None:
        """Write the metadata of a version that is about to replace the present one."""
        present, path = self.info(bucket, key), self._beside(bucket, key)
        with self.draft() as draft:
            draft.write(with_metadata(path, metadata, version, present.version if present else None))
            draft.finish(self._moment())
            _rename(draft.path, path)

    def _remember(self, path: str, version: Version, etag: str) -> None:
        if len(self._etags) >= _ETAGS:
            self._etags.clear()
        self._etags[path] = (version, etag)

    def _moment(self) -> int:
        # A kernel's clock for files ticks every few milliseconds: two versions of one size would look alike.
        self._last_ns = max(time.time_ns(), self._last_ns + 1)
        return self._last_ns

    def move(self, source: str, target: str, bucket: str) -> None:
        """Rename a complete file to its place; the moment in which a new version is there."""
        if not self.has_bucket(bucket):
            raise no_such_bucket(bucket)
        _rename(source, target)


def _rename(source: str, target: str) -> None:
    """Rename a file into a directory that is made if it is missing."""
    for attempt in range(_ATTEMPTS):
        try:
            os.replace(source, target)  # noqa: PTH105 - for each object
        except FileNotFoundError:
            # The directory is new, or went with the last object in it just now.
            if attempt == _ATTEMPTS - 1:
                raise
            # Either one if it goes once more meanwhile.
            with suppress(FileNotFoundError, FileExistsError):
                os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
        else:
            return


def _remove_empty(directory: str, root: str) -> None:
    """Remove directories that hold nothing any more, up to a root that stays."""
    while directory != root:
        try:
            os.rmdir(directory)  # noqa: PTH106
        except OSError:
            return
        directory = os.path.dirname(directory)  # noqa: PTH120
