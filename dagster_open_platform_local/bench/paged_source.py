"""An API that gives its rows in pages, for the measure of reading them.

What belongs here: what the measure needs to know of one. What does not: which there are (`paging.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp


@dataclass(frozen=True)
class PagedSource:
    """An endpoint, and two ways to read it wholly.

    Args:
        name: Unique.
        serve: Makes the service, which has its rows ready and limits that nobody meets, in a directory that is empty.
        ours: Reads all pages from an address as the platform does, until the typed values, or the table of them, are there; the number of rows.
        bare: The same calls with `httpx` alone, pages of the same size; the number of rows.
    """

    name: str
    serve: Callable[[Path], ASGIApp]
    ours: Callable[[str], int]
    bare: Callable[[str], int]
