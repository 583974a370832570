"""Kinds of fields that several components have in YAML: lists of names, and lengths of time.

What belongs here: what they accept. What does not: what they are for.
"""

from datetime import timedelta
from typing import Any

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.yaml_component import invalid_value

SHORTEST = timedelta(minutes=1)
"""Dagster's freshness policies take no less."""


def names(description: str, examples: list[list[str]]) -> dg.Resolver:
    """How a list of strings is read, each of which may be a template."""
    return dg.Resolver(resolve_names, model_field_type=list[str], description=description, examples=examples)


def resolve_names(context: dg.ResolutionContext, value: Any) -> list[str]:
    """A list of strings.

    Raises:
        InvalidYaml: It is a string, which Dagster lets through, for it could be a template.
    """
    if isinstance(value, str):
        raise invalid_value(context, f"found {value!r}, a str; expected a list, such as [{value}].")
    return [str(context.at_path(place).resolve_value(name)) for place, name in enumerate(value)]


def resolve_tags(context: dg.ResolutionContext, tags: Any) -> dict[str, str] | None:
    """Tags, whose values are texts whatever they look like; None stays None.

    Raises:
        InvalidYaml: It is a string, which Dagster lets through, for it could be a template.
    """
    if isinstance(tags, str):
        raise invalid_value(context, f"found {tags!r}, a str; expected a mapping such as {{team: data}}.")
    return tags and {key: str(context.at_path(key).resolve_value(value)) for key, value in tags.items()}


class Timedelta(dg.Model, dg.Resolvable):
    """A length of time; its fields are added up."""

    days: float = Field(default=0, description="Days of 24 hours.", examples=[7])
    hours: float = Field(default=0, description="Hours.", examples=[36, 1.5])
    minutes: float = Field(default=0, description="Minutes.", examples=[10])
    seconds: float = Field(default=0, description="Seconds.", examples=[90])


def resolve_timedelta(context: dg.ResolutionContext, value: Any) -> timedelta | None:
    """A length of time; None stays None.

    Raises:
        InvalidYaml: It is not finite, or shorter than what Dagster watches.
    """
    if value is None:
        return None
    if isinstance(value, str):
        raise invalid_value(context, f"found {value!r}; expected a length such as {{hours: 6}}.")
    units = {unit: getattr(value, unit) for unit in Timedelta.model_fields}
    try:
        length = timedelta(**units)
    except (ValueError, OverflowError) as error:
        raise invalid_value(context, f"found {units}, which is no length of time: {error}.") from None
    if length < SHORTEST:
        raise invalid_value(context, f"found {length}; expected a minute or more, such as {{hours: 6}}.")
    return length
