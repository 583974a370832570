"""Which fields a pydantic model has at a place.

What belongs here: walking models by the path of an error. What does not: any component, and how an error is worded.
"""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel


def fields_at(model: type[BaseModel], loc: Sequence[str | int]) -> set[str]:
    """The field names that are valid at a pydantic path."""
    candidates = [model]
    for part in loc:
        below = [
            inner
            for candidate in candidates
            if part in candidate.model_fields
            for inner in _models_in(candidate.model_fields[str(part)].annotation)
        ]
        named = [candidate for candidate in candidates if candidate.__name__ == part]
        candidates = below or named or candidates
    return {field.alias or name for candidate in candidates for name, field in candidate.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
