"""The fields of `SegmentComponent` as YAML has them.

What belongs here: their shape, and what their values are by themselves. What does not: the definitions (`component.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

import dagster as dg

from dagster_open_platform.lib.schedule.component import resolve_cron, resolve_environments
from dagster_open_platform.lib.yaml_component import YamlComponent, invalid_value
from dagster_open_platform.lib.yaml_fields import Timedelta, names, resolve_names, resolve_timedelta
from dagster_open_platform.utils.environment_helpers import EnvironmentName

LONGEST_WINDOW = 21
"""Days. Segment's delivery counts go back 30, of which loads may be some days behind."""

LONGEST_SILENCE = timedelta(days=7)
"""How long ago a source's last load may be until its days are counted from then; with the window less than Segment's 30."""

Keys = Mapping[str, Mapping[str, Sequence[str]]]


def resolve_keys(context: dg.ResolutionContext, value: Any) -> Keys:
    """Sources to categories to tables.

    Raises:
        InvalidYaml: It is something else.
    """
    expected = "expected source: {category: [tables]}."
    if not isinstance(value, Mapping) or not value:
        raise invalid_value(context, f"found {value!r}; {expected}")
    found: dict[str, dict[str, Sequence[str]]] = {}
    for source, categories in value.items():
        if not isinstance(categories, Mapping) or not categories:
            raise invalid_value(context, f"found {categories!r}; {expected}", source)
        inner = context.at_path(source)
        found[source] = {
            category: resolve_names(inner.at_path(category), tables)
            for category, tables in categories.items()
        }
    return found


def resolve_freshness(context: dg.ResolutionContext, value: Any) -> Mapping[str, timedelta]:
    """Lengths of time by category."""
    if not isinstance(value, Mapping):
        raise invalid_value(context, f"found {value!r}; expected a length for each category.")
    found = {category: resolve_timedelta(context.at_path(category), each) for category, each in value.items()}
    return {category: length for category, length in found.items() if length is not None}


def resolve_tolerance(context: dg.ResolutionContext, value: Any) -> float:
    """A part of one.

    Raises:
        InvalidYaml: It is none.
    """
    found = context.resolve_value(value)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < 1:
        raise invalid_value(context, f"found {found!r}; expected a number from 0 to less than 1.")
    return float(found)


def resolve_days(context: dg.ResolutionContext, value: Any) -> int:
    """A number of days.

    Raises:
        InvalidYaml: It is none, or more than Segment's counts go back.
    """
    found = context.resolve_value(value)
    if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= LONGEST_WINDOW:
        raise invalid_value(context, f"found {found!r}; expected days from 1 to {LONGEST_WINDOW}.")
    return found


class DeclaredEvents(YamlComponent):
    """The fields of a component."""

    name: Annotated[
        str,
        dg.Resolver.default(
            description="Begins the names of the sensor, the ops and the job: letters, digits and underscores.",
            examples=["segment_website"],
        ),
    ]
    keys: Annotated[
        Keys,
        dg.Resolver(
            resolve_keys,
            model_field_type=dict[str, dict[str, list[str]]],
            description=(
                "Tables by source (its slug in Segment, which is its schema in the warehouse) and category. The asset of a table is"
                " `segment/<source>/<category>/<table>`."
            ),
            examples=[{"website": {"calls": ["pages", "tracks"], "acquisition": ["signed_up"]}}],
        ),
    ]
    group_name: Annotated[
        str, dg.Resolver.default(description="Group of the assets.", examples=["segment_website"])
    ]
    description: Annotated[
        str,
        dg.Resolver.default(
            description="What sends the calls; stands behind what a row is.",
            examples=["The website sends it; Segment loads it each hour."],
        ),
    ]
    kinds: Annotated[list[str], names(description="Kinds of the assets.", examples=[["segment"]])]
    owners: Annotated[
        list[str], names(description="Who is asked about the events.", examples=[["team:marketing"]])
    ]
    tables: Annotated[
        str,
        dg.Resolver.default(
            description="Folder beside this file with a file `<source>.yaml` for each source: what a row of each table is, and its columns.",
            examples=["tables"],
        ),
    ] = "tables"
    interval: Annotated[
        timedelta,
        dg.Resolver(
            resolve_timedelta,
            model_field_type=Timedelta,
            description="How often the warehouse is asked what has arrived.",
            examples=[{"minutes": 15}],
        ),
    ] = timedelta(minutes=15)
    freshness: Annotated[
        Mapping[str, timedelta],
        dg.Resolver(
            resolve_freshness,
            model_field_type=dict[str, Timedelta],
            description="How long ago the last load of each table of a category may be; categories without one have no such check.",
            examples=[{"calls": {"hours": 30}}],
        ),
    ] = {}
    longest_lag: Annotated[
        timedelta,
        dg.Resolver(
            resolve_timedelta,
            model_field_type=Timedelta,
            description="How long 95 of 100 rows of the last day may have taken from Segment's receipt into the warehouse.",
            examples=[{"hours": 3}],
        ),
    ] = timedelta(hours=3)
    tolerance: Annotated[
        float,
        dg.Resolver(
            resolve_tolerance,
            model_field_type=float,
            description="By which part of Segment's count the rows of a day may differ from it.",
            examples=[0.01],
        ),
    ] = 0.01
    days: Annotated[
        int,
        dg.Resolver(
            resolve_days,
            model_field_type=int,
            description="How many whole days are compared with Segment's counts.",
            examples=[7],
        ),
    ] = 7
    checks_schedule: Annotated[
        str,
        dg.Resolver(
            resolve_cron,
            model_field_type=str,
            description="When the loads are checked, in UTC.",
            examples=["40 6 * * *"],
        ),
    ] = "40 6 * * *"
    environments: Annotated[
        Sequence[EnvironmentName],
        dg.Resolver(
            resolve_environments,
            model_field_type=Sequence[str],
            description="Where the schedule of the checks runs: local, branch, dogfood, prod.",
            examples=[["prod", "dogfood"]],
        ),
    ] = (EnvironmentName.PROD, EnvironmentName.DOGFOOD)
