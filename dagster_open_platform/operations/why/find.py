"""Finds the asset that somebody means.

What belongs here: names. What does not: the asset.
"""

from collections.abc import Collection

import dagster as dg

from dagster_open_platform.operations.names import few, nearest
from dagster_open_platform.utils.failures import PermanentFailure


class UnknownAsset(PermanentFailure):
    """There is no asset of that name, or several."""


def find(name: str, keys: Collection[dg.AssetKey]) -> dg.AssetKey:
    """The asset of a name: its whole key, or an end of it that no other has.

    Args:
        name: With slashes, or with points as in SQL.
        keys: Of all assets.

    Raises:
        UnknownAsset: There is none, or there are several; says the nearest names.
    """
    known = {key.to_user_string(): key for key in keys}
    wanted = name.strip().strip("/")
    for spelled in (wanted, wanted.replace(".", "/")):
        if spelled in known:
            return known[spelled]
        ends = [text for text in known if f"/{text}".lower().endswith(f"/{spelled}".lower())]
        if len(ends) == 1:
            return known[ends[0]]
        if ends:
            raise UnknownAsset(f"{name} may be {few(sorted(ends))}: say more of its key.")
    raise UnknownAsset(f"There is no asset {name}. {_near(wanted.replace('.', '/'), sorted(known))}")


def _near(name: str, known: list[str]) -> str:
    last = {text.rpartition("/")[2]: text for text in known}
    told = nearest(name, known)
    if told.startswith("Did"):
        return told
    # Most people know the last part of a key.
    told = nearest(name.rpartition("/")[2], list(last))
    if not told.startswith("Did"):
        return "The UI lists all assets, and so does `dg list defs --assets '*'`."
    for short, text in sorted(last.items(), key=lambda pair: -len(pair[0])):
        told = told.replace(f" {short}?", f" {text}?").replace(f" {short} or", f" {text} or")
    return told
