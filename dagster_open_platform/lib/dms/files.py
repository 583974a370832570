"""Change files: which there are, which are new, and fetching them.

What belongs here: files as the store lists them. What does not: what is in them (``changes.py``), and where it is noted which
were applied (``applied.py``).

A table's files lie below one prefix: `LOAD<number>.parquet` of the full load, and `<YYYY>/<MM>/<DD>/<YYYYMMDD-HHMMSSmmm>.parquet`
of the changes since (https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.S3.html, with `DatePartitionEnabled`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ObjectInfo, ObjectStore

BATCH_BYTES = 256 * 1024 * 1024
"""Files are fetched and applied in batches of about this size, so that any number of them fits on the disk."""
_FETCHED_AT_ONCE = 8
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class FetchedFile:
    """A change file on this machine's disk.

    Args:
        file: As it was listed.
        place: Its address, for messages.
        path: Where its bytes are.
    """

    file: ObjectInfo
    place: str
    path: Path


def list_change_files(store: ObjectStore, bucket: str, prefix: str) -> list[ObjectInfo]:
    """List a table's change files: the full load first, then in the order of their times.

    Args:
        store: Open.
        bucket: Where.
        prefix: Of the table, without a slash at its end.
    """
    found = [
        file for file in store.list_objects(bucket, f"{prefix}/") if file.key.lower().endswith(".parquet")
    ]
    return sorted(found, key=lambda file: (not is_full_load(file.key), file.key))


def is_full_load(key: str) -> bool:
    """Whether a file is of the full load, by its name."""
    return key.rpartition("/")[2].startswith("LOAD")


def unapplied(listed: Sequence[ObjectInfo], applied: Mapping[str, str]) -> list[ObjectInfo]:
    """Return the files that were not applied yet, also those that were replaced since.

    Args:
        listed: As the store has them.
        applied: ETag by key of those that were applied.
    """
    return [file for file in listed if applied.get(file.key) != file.etag]


def batches(files: Sequence[ObjectInfo], limit: int = BATCH_BYTES) -> Iterator[list[ObjectInfo]]:
    """Cut the files into batches that are no larger than the limit, or have one file.

    Args:
        files: In the order in which they shall be applied.
        limit: Bytes.
    """
    batch: list[ObjectInfo] = []
    size = 0
    for file in files:
        if batch and size + file.size > limit:
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch


@contextmanager
def fetched(store: ObjectStore, bucket: str, files: Sequence[ObjectInfo]) -> Iterator[list[FetchedFile]]:
    """Copy files to the disk for the length of a `with` block.

    Args:
        store: Open; used by several threads.
        bucket: Where the files are.
        files: As they were listed.

    Raises:
        ObjectChanged: One was replaced since it was listed.
        PermanentFailure, RetryableFailure: Another one of the store's.
    """
    with TemporaryDirectory(prefix="dms_") as directory:
        wanted = [
            FetchedFile(file, f"s3://{bucket}/{file.key}", Path(directory) / f"{number}.parquet")
            for number, file in enumerate(files)
        ]

        def fetch(one: FetchedFile) -> FetchedFile:
            with (
                store.open_object(bucket, one.file.key, if_match=one.file.etag) as body,
                one.path.open("wb") as copy,
            ):
                shutil.copyfileobj(body, copy, _CHUNK)
            return one

        with ThreadPoolExecutor(_FETCHED_AT_ONCE) as pool:
            try:
                copies = list(pool.map(fetch, wanted))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        yield copies
