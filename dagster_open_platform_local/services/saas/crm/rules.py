"""What a field accepts, and what each vendor says of what it does not.

What belongs here: the checks and the codes. What does not: records.

Codes of Salesforce: https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_calls_concepts_core_data_objects.htm
and the page "Core Data Types Used in API Calls" (StatusCode). Of HubSpot: the errors of a property's value in
https://developers.hubspot.com/docs/api-reference/error-handling, …/crm-properties-v3/guide.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from dagster_open_platform_local.services.saas.crm.objects import HUBSPOT, Field

MAX_TEXT = {"salesforce": 255, "hubspot": 65_536}
"""Characters of a text field: https://help.salesforce.com, "Custom Field Types"; HubSpot's page of properties."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_CODES: Mapping[str, tuple[str, str]] = {
    # What is wrong: Salesforce's code, HubSpot's code.
    "long": ("STRING_TOO_LONG", "PROPERTY_VALUE_TOO_LONG"),
    "email": ("INVALID_EMAIL_ADDRESS", "INVALID_EMAIL"),
    "choice": ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "INVALID_OPTION"),
    "type": ("JSON_PARSER_ERROR", "INVALID_VALUE"),
    "between": ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "INVALID_VALUE"),
    "unknown": ("INVALID_FIELD", "PROPERTY_DOESNT_EXIST"),
    "missing": ("NOT_FOUND", "OBJECT_NOT_FOUND"),
    "deleted": ("ENTITY_IS_DELETED", "OBJECT_NOT_FOUND"),
    "several": ("DUPLICATE_VALUE", "MULTIPLE_OBJECTS_FOUND"),
}


@dataclass(frozen=True)
class Rejection:
    """Why the CRM does not take a record's values.

    Args:
        code: The vendor's.
        message: For a reader.
    """

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class RejectedError(Exception):
    """The CRM refuses values of a record.

    Args:
        rejection: Why.
    """

    def __init__(self, rejection: Rejection) -> None:
        super().__init__(str(rejection))
        self.rejection = rejection


def rejected(vendor: str, what: str, message: str) -> RejectedError:
    """A refusal with the vendor's code.

    Args:
        vendor: `salesforce` or `hubspot`.
        what: A key of the codes.
        message: For a reader.
    """
    return RejectedError(Rejection(_CODES[what][vendor == HUBSPOT], message))


def accepted(vendor: str, field: Field, value: Any) -> Any:
    """A value as the CRM keeps it: text, a number, a truth value, a date or a moment in ISO 8601, or None.

    Args:
        vendor: Whose rules count.
        field: Where it shall be.
        value: As it came.

    Raises:
        RejectedError: The field does not take it.
    """
    if value is None:
        return None
    try:
        found = _TYPED[field.type](value)
    except (TypeError, ValueError, OverflowError) as error:
        kind = field.type.lower()
        raise rejected(vendor, "type", f"{field.label}: {str(value)[:100]!r} is no {kind}") from error
    if isinstance(found, str):
        _check_text(vendor, field, found)
    elif field.between is not None and not field.between[0] <= found <= field.between[1]:
        least, greatest = field.between
        raise rejected(vendor, "between", f"{field.label}: {found} is not between {least:g} and {greatest:g}")
    return found


def _check_text(vendor: str, field: Field, text: str) -> None:
    if len(text) > MAX_TEXT[vendor]:
        message = f"{field.label}: data value too large: {text[:40]}… (max length={MAX_TEXT[vendor]})"
        raise rejected(vendor, "long", message)
    if field.is_email and not _EMAIL.fullmatch(text):
        raise rejected(vendor, "email", f"{field.label}: invalid email address: {text}")
    if field.choices and text not in field.choices:
        message = f"{field.label}: bad value for restricted picklist field: {text}"
        raise rejected(vendor, "choice", message)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError(value)
    if not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def _whole(value: Any) -> int:
    found = _number(value)
    if not found.is_integer():
        raise ValueError(value)
    return int(found)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _day(value: Any) -> str:
    """A moment counts as its date in UTC, as Hightouch sends it to a field of that type."""
    found = datetime.fromisoformat(_iso(value))
    return (found.astimezone(UTC) if found.tzinfo else found).date().isoformat()


def _moment(value: Any) -> str:
    found = datetime.fromisoformat(_iso(value))
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC).isoformat()


def _iso(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else _text(value)


_TYPED = {
    "STRING": _text,
    "BOOLEAN": _truth,
    "LONG": _whole,
    "DOUBLE": _number,
    "LOCALDATE": _day,
    "INSTANT": _moment,
}
