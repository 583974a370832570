"""Reading one JSON document of a snapshot: parsing it, and what every document must say of itself.

What belongs here: errors that name the object and the place in it. What does not: the shape of code locations
(``explode.py``).
"""

import json
from collections.abc import Mapping
from typing import Any

from dagster_open_platform.lib.aws.workspace.errors import InvalidSnapshot, MissingPart, UnsupportedVersion
from dagster_open_platform.lib.aws.workspace.explode import invalid_json, kind_of, wrong_shape
from dagster_open_platform.lib.aws.workspace.layout import SnapshotId


def parsed(body: bytes, source: str) -> Any:
    """The JSON of an object.

    Args:
        body: Its bytes.
        source: Whole address, for errors.

    Raises:
        InvalidSnapshot: It is none; says where.
    """
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise invalid_json(source, f"near character {error.pos:,}: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise invalid_json(source, f"near byte {error.start:,}: it is no UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise invalid_json(source, str(error)) from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"it has {name}, which is no JSON")


def parsed_object(body: bytes, source: str) -> Mapping[str, Any]:
    """The JSON object of an object; see ``parsed``.

    Raises:
        InvalidSnapshot: It is another JSON value.
    """
    value = parsed(body, source)
    if not isinstance(value, dict):
        raise wrong_shape(source, "", f"there is {kind_of(value)}, not an object")
    return value


def text_of(values: Mapping[str, Any], key: str) -> str | None:
    """A text; None if there is none."""
    value = values.get(key)
    return value if isinstance(value, str) else None


def require_version(values: Mapping[str, Any], version: int, source: str) -> None:
    """Refuses a document of another version.

    Raises:
        UnsupportedVersion: It has another one, or says none.
    """
    found = values.get("version")
    if type(found) is not int or found != version:
        raise UnsupportedVersion(
            f"{source} has the version {found!r}; this platform reads version {version} of {source.rpartition('/')[2]}."
            " If the agent is newer than the platform, upgrade the platform; if not, its owner has to send it again."
        )


def require_organization(values: Mapping[str, Any], snapshot: SnapshotId, source: str) -> None:
    """Refuses a document of another organization than the one in whose folder it lies.

    Raises:
        InvalidSnapshot: It says another one.
    """
    found = values.get("organization")
    if found is not None and found != snapshot.organization:
        raise InvalidSnapshot(
            f"{source} says that it is the organization {found!r} and lies in the folder of {snapshot.organization!r}. Its owner"
            " has to send it again."
        )


def missing_part(key: str, source: str) -> MissingPart:
    """The error for a part that is not there.

    Args:
        key: Of the part.
        source: Whole address of the manifest.
    """
    return MissingPart(
        f"{source} names {key} as a part, and there is no such object. Its owner has to send it again."
    )
