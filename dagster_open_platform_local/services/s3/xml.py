"""Documents in S3's form.

What belongs here: writing and reading XML. What does not: what is in a document.
"""

from urllib.parse import quote
from xml.etree import ElementTree

S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_ESCAPES = {
    **{code: f"&#x{code:x};" for code in range(0x20)},
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
}


def element(name: str, value: str) -> str:
    """An element with text. Control characters become references, as S3 writes them although XML 1.0 forbids them."""
    return f"<{name}>{value.translate(_ESCAPES)}</{name}>"


def document(name: str, content: str, namespace: str = S3_NAMESPACE) -> bytes:
    """A whole document.

    Args:
        name: Of its root.
        content: XML within the root.
        namespace: Of the root; empty: none.
    """
    declared = f' xmlns="{namespace}"' if namespace else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}{declared}>{content}</{name}>'.encode()


def encoded(value: str, encoding: str | None) -> str:
    """A key as a listing shows it.

    Args:
        value: The key.
        encoding: ``url`` for percent-encoding, or None.
    """
    return quote(value, safe="/") if encoding == "url" else value


def parse(body: bytes) -> ElementTree.Element:
    """A client's document; names of its elements without namespaces.

    Raises:
        ValueError: It is no XML, or has a document type.
    """
    if b"<!DOCTYPE" in body:
        raise ValueError("A document of S3 has no document type.")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - without a document type there are no entities to expand
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    return root
