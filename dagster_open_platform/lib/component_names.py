"""Which component types a wrong name may have meant.

What belongs here: finding the classes near a dotted name that leads nowhere. What does not: how an error is told (`yaml_errors.py`).
"""

import difflib
import importlib
import pkgutil
from importlib.util import find_spec

import dagster as dg


def components_near(type_name: str) -> list[str]:
    """The component types that there are where a name leads, or nearly leads.

    Args:
        type_name: Dotted, absolute; it need not exist.
    """
    module = _nearest_module(type_name.rpartition(".")[0])
    if module is None:
        return []
    found = importlib.import_module(module)
    names = getattr(found, "__all__", None) or vars(found)
    classes = {name: getattr(found, name) for name in names}
    return [
        f"{module}.{name}"
        for name, each in classes.items()
        if isinstance(each, type) and issubclass(each, dg.Component)
    ]


def _nearest_module(name: str) -> str | None:
    """A module that exists and is named nearly so; None: nothing is near."""
    found = ""
    for part in name.split("."):
        below = [each.name for each in pkgutil.iter_modules(_path_of(found))]
        [*near] = (
            [part]
            if part in below or _exists(f"{found}.{part}".strip("."))
            else difflib.get_close_matches(part, below, n=1)
        )
        if not near:
            return None
        found = f"{found}.{near[0]}".strip(".")
    return found or None


def _path_of(package: str) -> list[str] | None:
    """Where a package's modules are; None, thus `sys.path`, of none."""
    return list(getattr(importlib.import_module(package), "__path__", [])) if package else None


def _exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
