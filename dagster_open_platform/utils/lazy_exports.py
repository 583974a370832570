"""What a package offers under its own name but imports only when it is asked for.

What belongs here: the two functions that Python asks a module for (https://peps.python.org/pep-0562/). What does not: what is offered.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_exports(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return a package's ``__getattr__`` and ``__dir__``.

    Args:
        package: Its name.
        modules: Where each name that it offers comes from.
    """

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(modules[name]), name)

    def names() -> list[str]:
        return [*vars(sys.modules[package]), *modules]

    return get, names
