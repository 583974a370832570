"""Keys as paths below a bucket's directory, and back.

What belongs here: the mapping, which loses nothing. What does not: files.

A key's parts between slashes become directories, percent-encoded. Three marks, which encoding never yields, keep the
mapping reversible: a directory that stands for ``part/`` ends in ``+`` (so that `a` and `a/b` can both be), a directory
that stands for the first 80 bytes of a longer part ends in ``^`` (file names have 255 bytes at most), and the file of a key
that ends in a slash is called ``%``. No name begins with a dot.

A file system that does not tell upper from lower case (a Mac's, as a rule) takes two keys that differ only in case for one.
"""

from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

LONGEST_KEY = 1024
"""Bytes of UTF-8. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""

_CHUNK = 80
_DIRECTORY, _CONTINUED, _EMPTY = "+", "^", "%"


@lru_cache(maxsize=65536)
def path_of(key: str) -> str:
    """The path of a key's file, relative to its bucket's directory.

    Args:
        key: Not empty.
    """
    *directories, leaf = key.encode().split(b"/")
    names = [name for each in directories for name in _names(each, _DIRECTORY)]
    return "/".join([*names, *_names(leaf, "")])


def directory_of(prefix: str) -> tuple[str, str]:
    """The deepest directory that holds every key with a prefix.

    Args:
        prefix: Of keys; may be empty.

    Returns:
        Its path relative to the bucket's directory ("" is that itself), and the part of the prefix that it stands for.
    """
    known = prefix[: prefix.rfind("/") + 1]
    names = [name for each in known.encode().split(b"/")[:-1] for name in _names(each, _DIRECTORY)]
    return "/".join(names), known


def key_of(path: str) -> str:
    """The key of a file.

    Args:
        path: As `path_of` returns it.
    """
    return b"".join(part_of(name)[0] for name in path.split("/")).decode()


def part_of(name: str) -> tuple[bytes, bool]:
    """What one name in a path stands for.

    Returns:
        The bytes of the key, and whether it is a directory.
    """
    if name.endswith(_DIRECTORY):
        return unquote_to_bytes(name[:-1]) + b"/", True
    if name.endswith(_CONTINUED):
        return unquote_to_bytes(name[:-1]), True
    return (b"" if name == _EMPTY else unquote_to_bytes(name)), False


def _names(part: bytes, ending: str) -> list[str]:
    # A part of exactly 80 bytes is continued by nothing: all that begins with the same 80 bytes lies in one directory,
    # and so the order of names is the order of keys.
    chunks = [_quoted(part[start : start + _CHUNK]) for start in range(0, len(part) + 1, _CHUNK)]
    return [*(f"{chunk}{_CONTINUED}" for chunk in chunks[:-1]), f"{chunks[-1]}{ending}" or _EMPTY]


def _quoted(chunk: bytes) -> str:
    text = quote(chunk, safe="=")
    return f"%2E{text[1:]}" if text.startswith(".") else text
