"""Partitions, backfills and retries as YAML says them.

What belongs here: the shape of these three in YAML and their translation. What does not: anything that knows an asset.

Dagster's own YAML has partitions too, but without ``end_offset`` and without errors that say which date is wrong.
"""

import datetime as dt
import zoneinfo
from typing import Annotated, Any, Literal

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.yaml_component import invalid_value
from dagster_open_platform.lib.yaml_errors import suggestion


class _TimeWindows(dg.Model):
    start_date: str = Field(
        description="Start of the first partition: a date, or for hourly ones a date and time.",
        examples=["2026-06-01", "2026-06-01T00:00"],
    )
    end_offset: int = Field(
        default=0,
        description="Partitions beyond the last complete one; 1 adds the one that is still filling.",
        examples=[0, 1],
    )
    timezone: str = Field(default="UTC", description="IANA name.", examples=["UTC", "Europe/Berlin"])


class Hourly(_TimeWindows):
    """A partition an hour."""

    type: Literal["hourly"] = Field(description="A partition an hour.")


class Daily(_TimeWindows):
    """A partition a day."""

    type: Literal["daily"] = Field(description="A partition a day.")


class Weekly(_TimeWindows):
    """A partition a week."""

    type: Literal["weekly"] = Field(description="A partition a week.")
    day_offset: int = Field(
        default=1,
        ge=0,
        le=6,
        description="Weekday on which a week starts: 0 is Sunday, 1 is Monday.",
        examples=[0, 1],
    )


class Monthly(_TimeWindows):
    """A partition a month."""

    type: Literal["monthly"] = Field(description="A partition a month.")


class Static(dg.Model):
    """A fixed list of partitions."""

    type: Literal["static"] = Field(description="A fixed list of partitions.")
    partition_keys: list[str] = Field(
        min_length=1, description="The keys, in order.", examples=[["eu", "us"]]
    )


class SingleRun(dg.Model):
    """One run for a whole range of partitions."""

    type: Literal["single_run"] = Field(description="One run for a whole range of partitions.")


class MultiRun(dg.Model):
    """Several runs, each of a few partitions."""

    type: Literal["multi_run"] = Field(description="Several runs, each of a few partitions.")
    max_partitions_per_run: int = Field(
        default=1, ge=1, description="How many partitions one run takes.", examples=[31]
    )


class Retry(dg.Model):
    """How often and how patiently a failed op is tried again."""

    max_retries: int = Field(default=1, ge=1, description="Further attempts after the first.", examples=[3])
    delay: float = Field(default=0, ge=0, description="Seconds before the first retry.", examples=[30])
    backoff: Literal["linear", "exponential"] | None = Field(
        default=None,
        description="How the delay grows with each retry; by default not at all.",
        examples=["exponential"],
    )
    jitter: Literal["full", "plus_minus"] | None = Field(
        default=None, description="How the delay is randomised; by default not at all.", examples=["full"]
    )


PartitionsYaml = Annotated[Hourly | Daily | Weekly | Monthly | Static, Field(discriminator="type")]
BackfillYaml = Annotated[SingleRun | MultiRun, Field(discriminator="type")]


def resolve_partitions(context: dg.ResolutionContext, model: Any) -> dg.PartitionsDefinition | None:
    """The partitions definition that YAML describes.

    Raises:
        InvalidYaml: A date or a time zone is not one, or keys are repeated.
    """
    if isinstance(model, Static):
        if len(set(model.partition_keys)) < len(model.partition_keys):
            raise invalid_value(context, "a key is there twice; expected distinct keys.", "partition_keys")
        return dg.StaticPartitionsDefinition(model.partition_keys)
    if not isinstance(model, _TimeWindows):
        return model
    zone = resolve_timezone(context.at_path("timezone"), model.timezone)
    start = _start(context.at_path("start_date"), model)
    common: dict[str, Any] = {"start_date": start, "end_offset": model.end_offset, "timezone": zone}
    if isinstance(model, Hourly):
        return dg.HourlyPartitionsDefinition(**common)
    if isinstance(model, Weekly):
        return dg.WeeklyPartitionsDefinition(**common, day_offset=model.day_offset)
    if isinstance(model, Monthly):
        return dg.MonthlyPartitionsDefinition(**common)
    return dg.DailyPartitionsDefinition(**common)


def _start(context: dg.ResolutionContext, model: _TimeWindows) -> dt.datetime:
    form = (
        "a date and time, such as 2026-06-01T00:00"
        if isinstance(model, Hourly)
        else "a date, such as 2026-06-01"
    )
    try:
        start = dt.datetime.fromisoformat(model.start_date)
    except ValueError:
        raise invalid_value(context, f"found {model.start_date!r}; expected {form}.") from None
    if start.tzinfo is not None:
        raise invalid_value(context, f"found {model.start_date!r}; the zone belongs into timezone.")
    if not isinstance(model, Hourly) and start.time() != dt.time():
        raise invalid_value(context, f"found {model.start_date!r}; expected {form}, without a time.")
    return start


def resolve_timezone(context: dg.ResolutionContext, name: str) -> str:
    """The name of a time zone that exists.

    Raises:
        InvalidYaml: There is no such zone.
    """
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a name, a directory of zones
        near = suggestion(name, zoneinfo.available_timezones())
        raise invalid_value(
            context, f"found {name!r}; expected an IANA time zone, such as Europe/Berlin.{near}"
        ) from None
    return name


def resolve_backfill_policy(context: dg.ResolutionContext, model: Any) -> dg.BackfillPolicy | None:
    """The backfill policy that YAML describes."""
    if isinstance(model, SingleRun):
        return dg.BackfillPolicy.single_run()
    if isinstance(model, MultiRun):
        return dg.BackfillPolicy.multi_run(model.max_partitions_per_run)
    return model


def resolve_retry_policy(context: dg.ResolutionContext, model: Any) -> dg.RetryPolicy | None:
    """The retry policy that YAML describes. A ``PermanentFailure`` is never retried, whatever it says."""
    if not isinstance(model, Retry):
        return model
    return dg.RetryPolicy(
        max_retries=model.max_retries,
        delay=model.delay or None,
        backoff=dg.Backoff[model.backoff.upper()] if model.backoff else None,
        jitter=dg.Jitter[model.jitter.upper()] if model.jitter else None,
    )
