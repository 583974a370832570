"""Names in sentences: few of many, and what a person may have meant who mistyped one."""

import difflib
from collections.abc import Sequence

_MOST = 5


def few(names: Sequence[str]) -> str:
    """Names in a sentence that stays short."""
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"


def nearest(name: str, known: Sequence[str]) -> str:
    """A sentence with the valid names that are nearest to a wrong one, or with all if none is near.

    Args:
        name: As it was typed.
        known: The valid ones.
    """
    lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), list(lower), n=_MOST, cutoff=0.6)
    near += [each for each in lower if name.lower() in each and each not in near][: _MOST - len(near)]
    if near:
        return f"Did you mean {' or '.join(lower[each] for each in near)}?"
    shown = ", ".join(known[:20])
    return f"There are: {shown}{'' if len(known) <= 20 else f' and {len(known) - 20} more'}."
