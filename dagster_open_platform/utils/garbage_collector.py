"""Python's cyclic garbage collector while very many objects are made that all stay.

What belongs here: that. What does not: what is made.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Pauses the collector for the length of the block, unless somebody else has switched it off.

    Every time that the number of objects has grown by a quarter, the collector walks over all of them. Definitions live as
    long as the process, so while they are built it finds nothing, and takes a third of the time.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
