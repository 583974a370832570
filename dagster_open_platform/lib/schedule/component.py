"""``ScheduleComponent``: a selection of assets as a job, and when it runs in the environments that say so.

What belongs here: the component's fields, its job and its schedule. What does not: whether the selection matches
anything; that needs the whole graph (``lib/definition_checks.py``).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import dagster as dg

from dagster_open_platform.lib.executable.partitions import resolve_timezone
from dagster_open_platform.lib.schedule.scaffold import ScheduleScaffolder
from dagster_open_platform.lib.schedule.ticks import Ticks, Window
from dagster_open_platform.lib.yaml_component import YamlComponent, invalid_value
from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform.lib.yaml_fields import resolve_tags
from dagster_open_platform.utils.environment_helpers import EnvironmentName, get_environment

STATUS_BY_ENVIRONMENT: Mapping[EnvironmentName, dg.DefaultScheduleStatus] = {
    # A laptop's user and a pull request switch on what they want to see.
    EnvironmentName.LOCAL: dg.DefaultScheduleStatus.STOPPED,
    EnvironmentName.BRANCH: dg.DefaultScheduleStatus.STOPPED,
    EnvironmentName.DOGFOOD: dg.DefaultScheduleStatus.RUNNING,
    EnvironmentName.PROD: dg.DefaultScheduleStatus.RUNNING,
}


def resolve_target(context: dg.ResolutionContext, target: str) -> str:
    """A selection string that can be parsed.

    Raises:
        InvalidYaml: It cannot.
    """
    target = str(context.resolve_value(target))
    try:
        dg.AssetSelection.from_string(target)
    except dg.DagsterError:
        raise invalid_value(
            context,
            f"found {target!r}; expected an asset selection, such as group:pypi or"
            ' key:"purina/oss_analytics/*".',
        ) from None
    return target


def resolve_cron(context: dg.ResolutionContext, cron: str) -> str:
    """A cron expression that Dagster accepts.

    Raises:
        InvalidYaml: It does not.
    """
    return _cron(context, cron)


def resolve_optional_cron(context: dg.ResolutionContext, cron: str | None) -> str | None:
    """A cron expression; None stays None.

    Raises:
        InvalidYaml: It is none.
    """
    return None if cron is None else _cron(context, cron)


def resolve_optional_crons(
    context: dg.ResolutionContext, crons: str | Sequence[str] | None
) -> str | Sequence[str] | None:
    """A cron expression or several; None stays None.

    Raises:
        InvalidYaml: One is none, or the list is empty.
    """
    if isinstance(crons, str) or not crons:
        return None if crons is None else _cron(context, crons)
    return [_cron(context, cron, index) for index, cron in enumerate(crons)]


def _cron(context: dg.ResolutionContext, cron: Any, *place: int) -> str:
    cron = str((context.at_path(place[0]) if place else context).resolve_value(cron))
    try:
        dg.ScheduleDefinition(name="validation", job_name="validation", cron_schedule=cron)
    except dg.DagsterError:
        raise invalid_value(
            context,
            f"found {cron!r}; expected five fields (minute hour day month weekday), such as 0 6 * * *.",
            *place,
        ) from None
    return cron


def resolve_environments(context: dg.ResolutionContext, names: Any) -> list[EnvironmentName]:
    """Environments that exist.

    Raises:
        InvalidYaml: One does not, or there is none.
    """
    valid = [name.value for name in EnvironmentName]
    if not names:
        raise invalid_value(context, f"found none; expected at least one of {', '.join(valid)}.")
    for index, name in enumerate(names):
        if name not in valid:
            raise invalid_value(
                context,
                f"found {name!r}, which is no environment.{suggestion(str(name), valid)}",
                index,
            )
    return [EnvironmentName(name) for name in names]


@dg.scaffold_with(ScheduleScaffolder)
class ScheduleComponent(YamlComponent):
    """Makes a job of a selection of assets, and runs it at fixed times in the environments that it names.

    The job exists everywhere and can be launched by hand; the schedule is registered only where it runs. Without `cron` there is only
    the job: for what automation keeps up, and people now and then want to run as a whole. Assets that can be materialized are, observable
    ones are observed (in Dagster they are selected by key only, not by group or kind), and their checks are made. Of time-partitioned
    assets each tick takes what `partitions` says; of statically partitioned ones, all.
    """

    name: Annotated[
        str,
        dg.Resolver.default(
            description="Name of the job; the schedule's is the same with `_schedule` behind it.",
            examples=["late_pypi_downloads"],
        ),
    ]
    target: Annotated[
        str,
        dg.Resolver(
            resolve_target,
            model_field_type=str,
            inject_before_resolve=False,
            description="Asset selection. It must match assets that share one partitioning, or have none.",
            examples=["group:pypi", 'key:"purina/oss_analytics/*"', 'key:"stripe/*"'],
        ),
    ]
    cron: Annotated[
        str | Sequence[str] | None,
        dg.Resolver(
            resolve_optional_crons,
            model_field_type=str | list[str] | None,
            inject_before_resolve=False,
            description=(
                "When it runs: minute, hour, day of the month, month, weekday; one such text or several. Without it there is a job for"
                " hand, and no schedule."
            ),
            examples=["0 6 * * *", ["0 4 1 * *", "0 4 16 * *"]],
        ),
    ] = None
    partitions: Annotated[
        Window,
        dg.Resolver.default(
            description=(
                "Of time-partitioned assets, which partitions a tick takes: the latest complete one, or in one run all of its month up"
                " to it, which on the first is the whole month before. Such a run is tagged platform/backfill."
            ),
            examples=["month"],
        ),
    ] = "latest"
    skip_while_running: Annotated[
        bool,
        dg.Resolver.default(
            description="Whether a tick launches nothing while a run of the job is under way.",
            examples=[True],
        ),
    ] = False
    environments: Annotated[
        Sequence[EnvironmentName],
        dg.Resolver(
            resolve_environments,
            model_field_type=Sequence[str],
            description="Where it runs by the clock: local, branch, dogfood, prod.",
            examples=[["prod", "dogfood"]],
        ),
    ] = ()
    timezone: Annotated[
        str,
        dg.Resolver(
            resolve_timezone,
            model_field_type=str,
            description="IANA name of the time zone that `cron` is read in.",
            examples=["UTC", "Europe/Berlin"],
        ),
    ] = "UTC"
    tags: Annotated[
        Mapping[str, str] | None,
        dg.Resolver(
            resolve_tags,
            model_field_type=Mapping[str, str | int | float | bool] | None,
            description="Tags of the schedule, its job and its runs.",
            examples=[{"team": "devrel"}],
        ),
    ] = None
    default_status: Annotated[
        Literal["running", "stopped"] | None,
        dg.Resolver.default(
            description=(
                "Whether it is on where it was never switched. By default it is on in prod and dogfood, and off"
                " in local and branch, whose users switch on what they want to see."
            ),
            examples=["running"],
        ),
    ] = None
    description: Annotated[
        str | None,
        dg.Resolver.default(
            description="Why these assets run at these times.",
            examples=["Fetches yesterday a second time, with the rows that came late."],
        ),
    ] = None

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The job, and in the environments that are named its schedule.

        Raises:
            InvalidYaml: The name is not a name, or only half of a schedule is there.
        """
        if not re.fullmatch(r"[A-Za-z0-9_]+", self.name):
            raise self.invalid(["name"], f"found {self.name!r}; expected letters, digits and underscores.")
        self._require_both()
        job = dg.define_asset_job(
            self.name,
            selection=dg.AssetSelection.from_string(self.target),
            tags=self.tags,
            description=self.description,
        )
        environment = get_environment().name
        if self.cron is None or environment not in self.environments:
            return dg.Definitions(jobs=[job])
        schedule = dg.ScheduleDefinition(
            name=f"{self.name}_schedule",
            job=job,
            cron_schedule=self.cron,
            execution_timezone=self.timezone,
            execution_fn=Ticks(self.name, self.partitions, self.skip_while_running).requests,
            tags=self.tags,
            default_status=(
                dg.DefaultScheduleStatus[self.default_status.upper()]
                if self.default_status
                else STATUS_BY_ENVIRONMENT[environment]
            ),
            description=self.description,
        )
        return dg.Definitions(jobs=[job], schedules=[schedule])

    def _require_both(self) -> None:
        """A schedule needs a time and a place; a job for hand neither."""
        if self.cron is not None and not self.environments:
            raise self.invalid(["cron"], "expected `environments` beside it: where it runs.")
        if self.cron is None and self.environments:
            raise self.invalid(["environments"], "expected `cron` beside it: when it runs.")
        of_ticks = {
            "default_status": self.default_status is not None,
            "partitions": self.partitions != "latest",
            "skip_while_running": self.skip_while_running,
        }
        for name, is_said in of_ticks.items():
            if self.cron is None and is_said:
                raise self.invalid([name], "expected `cron` beside it: a job for hand has no ticks.")
