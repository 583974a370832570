"""Fields of a vendor's JSON, read with the kind that the vendor documents.

What belongs here: that one has them, and what is said if not. What does not: which fields there are (`lib/<vendor>/answers.py`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from dagster_open_platform.utils.failures import PermanentFailure

T = TypeVar("T")


@dataclass(frozen=True)
class Fields:
    """Reads the fields of a vendor's answers.

    Args:
        vendor: Its name, for messages.
        unexpected: Raised if an answer has another shape.
    """

    vendor: str
    unexpected: type[PermanentFailure]

    def member(self, node: Any, field: str, kind: type[T]) -> T:
        """A required field.

        Raises:
            PermanentFailure: `unexpected`: it is missing or of another kind. The message does not show the value.
        """
        value = self._object(node, field).get(field)
        if not isinstance(value, kind):
            found = "nothing" if value is None else f"a {type(value).__name__}"
            raise self.unexpected(
                f"{self.vendor}'s answer has {found} as {field!r}; expected a {kind.__name__}."
            )
        return value

    def optional(self, node: Any, field: str, kind: type[T]) -> T | None:
        """A field that may be missing or null; raises as `member`."""
        return None if self._object(node, field).get(field) is None else self.member(node, field, kind)

    def _object(self, node: Any, field: str) -> Mapping[str, Any]:
        if not isinstance(node, Mapping):
            raise self.unexpected(
                f"{self.vendor}'s answer has a {type(node).__name__} where an object with {field!r} belongs."
            )
        return node

    def moment(self, node: Any, field: str) -> dt.datetime | None:
        """A time in ISO 8601, which is in UTC unless it says otherwise; None: it is missing, null or empty.

        Raises:
            PermanentFailure: `unexpected`: it is no time.
        """
        text = self.optional(node, field, str)
        if not text:
            return None
        try:
            found = dt.datetime.fromisoformat(text)
        except ValueError:
            raise self.unexpected(
                f"{self.vendor}'s answer has {text[:40]!r} as {field!r}; expected a time."
            ) from None
        return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
