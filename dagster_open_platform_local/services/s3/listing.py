"""Keys in the order of their UTF-8 bytes, in pages.

What belongs here: walking a bucket's directory. What does not: how a page is written (`buckets.py`).
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from dagster_open_platform_local.services.s3.keys import LONGEST_KEY, directory_of, part_of
from dagster_open_platform_local.services.s3.metadata import Version
from dagster_open_platform_local.services.s3.store import ObjectStore


@dataclass(frozen=True)
class Wanted:
    """What a page shall show.

    Args:
        prefix: Of the keys.
        delimiter: Keys that go on after it are shown as one common prefix; empty: none are.
        after: Only keys beyond this one.
        passed: A common prefix that an earlier page has shown; empty: none.
        limit: How many keys and common prefixes together.
    """

    prefix: str = ""
    delimiter: str = ""
    after: str = ""
    passed: str = ""
    limit: int = 1000


@dataclass
class Page:
    """One page.

    Args:
        objects: Keys, versions and ETags.
        prefixes: Common prefixes.
        truncated: Whether there is more.
        last: The last key or common prefix of the page.
    """

    objects: list[tuple[str, Version, str]] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    truncated: bool = False
    last: str = ""


def list_page(store: ObjectStore, bucket: str, wanted: Wanted) -> Page:
    """A page of a bucket's keys.

    Args:
        store: Where.
        bucket: Exists.
        wanted: Which of them.
    """
    page = Page()
    prefix, delimiter = wanted.prefix.encode(), wanted.delimiter.encode()
    if not wanted.limit or len(prefix) > LONGEST_KEY:
        return page
    walk = _Walk(prefix, wanted.after.encode(), wanted.passed.encode())
    directory, known = directory_of(wanted.prefix)
    for key, entry in walk.files(f"{store.directory}/{bucket}/{directory}", known.encode()):
        common = _common_prefix(key, len(prefix), delimiter)
        found = None
        if common is None:
            with suppress(FileNotFoundError):
                found = store.etag(bucket, key.decode(), entry.stat())
            if found is None:
                continue
        if len(page.objects) + len(page.prefixes) == wanted.limit:
            page.truncated = True
            break
        if found is not None:
            page.last = key.decode()
            page.objects.append((page.last, *found))
        elif common is not None:
            page.last = common.decode()
            page.prefixes.append(page.last)
            walk.passed = common
    return page


def keys(store: ObjectStore, bucket: str, prefix: str = "") -> Iterator[str]:
    """All keys with a prefix, in order."""
    directory, known = directory_of(prefix)
    walk = _Walk(prefix.encode(), b"", b"")
    for key, _ in walk.files(f"{store.directory}/{bucket}/{directory}", known.encode()):
        yield key.decode()


class _Walk:
    """Goes through directories in order, past those that cannot hold what is wanted.

    Args:
        prefix: Of the keys.
        after: Only keys beyond this one.
        passed: Keys with this prefix are passed over, unless it is empty; may change while the walk goes on.
    """

    def __init__(self, prefix: bytes, after: bytes, passed: bytes) -> None:
        self.passed = passed
        self._prefix = prefix
        self._after = after

    def files(self, directory: str, known: bytes) -> Iterator[tuple[bytes, os.DirEntry[str]]]:
        """Keys and their files.

        Args:
            directory: Need not exist.
            known: The part of the keys that it stands for.
        """
        try:
            with os.scandir(directory) as entries:
                names = sorted(((*part_of(entry.name), entry) for entry in entries), key=lambda each: each[0])
        except FileNotFoundError:
            return
        for part, is_directory, entry in names:
            name = known + part
            if self.passed and name.startswith(self.passed):
                continue
            if is_directory:
                if self._may_hold(name):
                    yield from self.files(entry.path, name)
            elif name > self._after and name.startswith(self._prefix):
                yield name, entry

    def _may_hold(self, start: bytes) -> bool:
        """Whether keys that begin so may be wanted."""
        if not (start.startswith(self._prefix) or self._prefix.startswith(start)):
            return False
        return start > self._after or self._after.startswith(start)


def _common_prefix(key: bytes, start: int, delimiter: bytes) -> bytes | None:
    end = key.find(delimiter, start) if delimiter else -1
    return None if end < 0 else key[: end + len(delimiter)]
