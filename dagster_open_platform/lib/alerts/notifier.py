"""When a failed run is told: one tick of the notifier's sensor.

What belongs here: which runs, which of their failures go together, and what a retry changes. What does not: Slack (`ledger.py`), words
(`incident.py`), why a run failed (``lib/health``).

A run that Dagster will try again is not told; its last attempt is. Dagster may not keep that promise (its daemon is stopped, the
attempt is canceled): then the run is told after all, with the reason.
"""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import dagster as dg

from dagster_open_platform.lib.alerts import heartbeat
from dagster_open_platform.lib.alerts.cursor import OVERLAP, Cursor, read
from dagster_open_platform.lib.alerts.incident import ASSETS_SHOWN, Incident, fingerprint, short
from dagster_open_platform.lib.alerts.ledger import LOOK_BACK, Ledger
from dagster_open_platform.lib.alerts.routing import Routing
from dagster_open_platform.lib.code_location import NOBODY, PlatformGraph
from dagster_open_platform.lib.health.failures import StepFailure, failures_of
from dagster_open_platform.lib.health.links import Links
from dagster_open_platform.lib.health.runs import (
    ATTEMPT,
    PARENT,
    RETRY_PATIENCE,
    ROOT,
    WILL_RETRY,
    ended_at,
    parent_of,
    root_of,
    will_retry,
)
from dagster_open_platform.lib.slack.protocol import SlackApi

PAGE = 200
"""Failed runs that a tick looks at."""
SECONDS = 35.0
"""After this a tick tells no further run; the next goes on. Dagster ends a tick after sixty."""
SETTLE = dt.timedelta(seconds=10)
"""How long a failed run is left alone that does not say whether it will be tried again: Dagster writes that just after the failure."""
FIRST_LOOK_BACK = dt.timedelta(hours=1)
"""What the very first tick tells: what failed long before is known, or nobody's concern any more."""
LOST_LOOK_BACK = dt.timedelta(hours=24)
"""How far a tick looks back at least that has lost its cursor."""
FURTHER_SHOWN = 5

_PARTITION = "dagster/partition"
_Status = dg.DagsterRunStatus


@dataclass(frozen=True)
class Tick:
    """What a tick did.

    Args:
        cursor: To be kept.
        told: Failed runs that somebody was told of.
        recovered: Failed runs of which somebody was told that a later attempt succeeded.
        waiting: Failed runs whose next attempt is awaited.
    """

    cursor: str
    told: int
    recovered: int
    waiting: int

    def __str__(self) -> str:
        waiting = f"; {self.waiting} failed runs will be tried again" if self.waiting else ""
        return f"Told {self.told} failed runs and {self.recovered} recoveries{waiting}."


class Notifier:
    """Tells failures.

    Args:
        instance: Where the runs are recorded.
        graph: Who owns what.
        slack: Slack.
        routing: Who reads which channel.
        links: Where runs are shown.
        now: Aware.
        clock: Seconds that pass, for the length of a tick.
        settle: How long a failed run is left alone that does not say whether it will be tried again.
    """

    def __init__(
        self,
        instance: dg.DagsterInstance,
        graph: PlatformGraph,
        slack: SlackApi,
        routing: Routing,
        links: Links,
        now: dt.datetime,
        clock: Callable[[], float] = time.monotonic,
        settle: dt.timedelta = SETTLE,
    ) -> None:
        self._instance, self._graph, self._slack = instance, graph, slack
        self._routing, self._now = routing, now
        self._ledger = Ledger(slack, links, routing.default, now)
        self._clock, self._settle = clock, settle

    def tick(self, kept: str | None) -> Tick:
        """One tick. What it raises leaves the cursor where it was; what was told by then is in Slack, and is not told again.

        Args:
            kept: The cursor of the last tick. None: there is none.

        Raises:
            RetryableFailure: Slack cannot be reached, or asks to wait for long.
            PermanentFailure: Slack does not let us.
        """
        start = self._clock()
        cursor = read(kept) or self._without_cursor()
        told = 0
        for record, note in self._to_tell(cursor):
            told += self._tell(record, note)
            cursor.told[record.dagster_run.run_id] = root_of(record.dagster_run)
            if self._clock() - start > SECONDS:
                break
        recovered = self._recoveries(cursor)
        cursor.unbeaten += told
        if cursor.beat_at is None or self._now - cursor.beat_at >= heartbeat.EVERY:
            waiting = len(cursor.waiting)
            heartbeat.beat(
                self._slack, self._routing.default, self._now, cursor.unbeaten, waiting, cursor.updated
            )
            cursor.beat_at, cursor.unbeaten = self._now, 0
        return Tick(cursor.written(), told, recovered, len(cursor.waiting))

    def _without_cursor(self) -> Cursor:
        last = heartbeat.last_heartbeat(self._slack, self._routing.default, self._now)
        if last is None:
            return Cursor(self._now - FIRST_LOOK_BACK)
        return Cursor(min(last[1].through, self._now - LOST_LOOK_BACK))

    def _to_tell(self, cursor: Cursor) -> Iterator[tuple[dg.RunRecord, str]]:
        """Failed runs whose time has come, each with what is special about it; the cursor has moved past a run when the next is asked for."""
        yield from self._broken_promises(cursor)
        failed = self._instance.get_run_records(
            dg.RunsFilter(statuses=[_Status.FAILURE], updated_after=cursor.updated - OVERLAP),
            limit=PAGE,
            order_by="update_timestamp",
            ascending=True,
        )
        for record in failed:
            run = record.dagster_run
            if WILL_RETRY not in run.tags and self._now - ended_at(record) < self._settle:
                return  # it and those after it are for the next tick
            # Something may change a run long after it ended, such as a tag.
            if run.run_id not in cursor.seen and self._now - ended_at(record) < LOOK_BACK:
                if will_retry(run):
                    cursor.waiting[run.run_id] = ended_at(record).isoformat()
                else:
                    attempt = run.tags.get(ATTEMPT)
                    yield record, f"the last of {int(attempt) + 1} attempts" if attempt else ""
                cursor.seen.append(run.run_id)
            cursor.updated = max(cursor.updated, record.update_timestamp)
        if len(failed) == PAGE:  # the next tick begins after them, or it would see the same page for ever
            cursor.updated = failed[-1].update_timestamp + OVERLAP

    def _broken_promises(self, cursor: Cursor) -> Iterator[tuple[dg.RunRecord, str]]:
        """Runs that Dagster said it will try again, and did not, or not to the end."""
        attempts = self._attempts_of(list(cursor.waiting))
        for run_id, ended in list(cursor.waiting.items()):
            record, attempt = self._instance.get_run_record_by_id(run_id), attempts.get(run_id)
            late = self._now - dt.datetime.fromisoformat(ended) > RETRY_PATIENCE
            if record is None or (attempt and attempt.status in (_Status.SUCCESS, _Status.FAILURE)):
                pass  # a next attempt that failed is told by itself, and is awaited itself if there is a next one
            elif attempt is not None and attempt.status is _Status.CANCELED:
                yield record, f"its next attempt {short(attempt.run_id)} was canceled"
            elif attempt is None and late:
                yield record, "Dagster meant to try it again, and has not"
            else:
                continue
            del cursor.waiting[run_id]

    def _attempts_of(self, run_ids: list[str]) -> dict[str, dg.DagsterRun]:
        """The newest run that tries each of some runs again, by the run's id."""
        if not run_ids:
            return {}
        found = self._instance.get_run_records(dg.RunsFilter(tags={PARENT: run_ids}), limit=PAGE * 2)
        runs = [record.dagster_run for record in reversed(found)]
        return {parent: run for run in runs if (parent := parent_of(run))}

    def _recoveries(self, cursor: Cursor) -> int:
        if not cursor.told:
            return 0
        roots = sorted(set(cursor.told.values()))
        successful = {
            root_of(record.dagster_run): record.dagster_run.run_id
            for record in self._instance.get_run_records(
                dg.RunsFilter(tags={ROOT: roots}, statuses=[_Status.SUCCESS]), limit=PAGE
            )
        }
        news = 0
        for run_id, root in list(cursor.told.items()):
            if root in successful:
                told = [self._ledger.recover(each, run_id, successful[root]) for each in self._channels()]
                news += any(told)
                del cursor.told[run_id]
        return news

    def _channels(self) -> list[str]:
        wanted = {self._routing.default, *self._routing.channels.values()}
        return sorted({self._ledger.channel(channel) for channel in wanted})

    def _tell(self, record: dg.RunRecord, note: str) -> int:
        """Tell each channel of its part of a failed run; 1 if any was told something new."""
        news, run, ended = False, record.dagster_run, ended_at(record)
        for channel, failures in self._by_channel(run).items():
            unknown = []
            for failure in failures:
                incident = self._incident(run, ended, [failure], note)
                posted = self._ledger.find(channel, incident.fingerprints[0], run.run_id, ended)
                if posted is None:
                    unknown.append(failure)
                else:
                    news |= self._ledger.repeat(channel, posted, run.run_id, incident)
            if unknown:
                self._ledger.open(channel, self._incident(run, ended, unknown, note))
                news = True
        return int(news)

    def _by_channel(self, run: dg.DagsterRun) -> dict[str, list[StepFailure]]:
        """What failed, by the channels of its assets' owners, each with its own assets."""
        found: dict[str, list[StepFailure]] = defaultdict(list)
        for failure in failures_of(self._instance, run):
            assets: dict[str, list[dg.AssetKey]] = defaultdict(list)
            # A run that fails outside its steps is the platform's failure, not that of the owners of all it was to make.
            for key in failure.assets if failure.step else ():
                assets[self._channel_of(key)].append(key)
            for channel, keys in assets.items():
                found[channel].append(
                    StepFailure(failure.step, failure.error_class, failure.message, tuple(keys))
                )
            if not assets:
                found[self._routing.default].append(failure)
        return found

    def _channel_of(self, key: dg.AssetKey) -> str:
        return self._ledger.channel(self._routing.channel_of(self._graph.owners_of(key)))

    def _incident(
        self, run: dg.DagsterRun, ended: dt.datetime, failures: list[StepFailure], note: str
    ) -> Incident:
        first, *others = failures
        keys = sorted({key for failure in failures for key in failure.assets})
        owners = sorted({owner for key in keys for owner in self._graph.owners_of(key)})
        lines = [f"{each.step or run.job_name}: {each.error_class}" for each in others[:FURTHER_SHOWN]]
        if len(others) > FURTHER_SHOWN:
            lines.append(f"and {len(others) - FURTHER_SHOWN} more steps")
        return Incident(
            fingerprints=tuple(fingerprint(run.job_name, failure) for failure in failures),
            title=first.step or run.job_name,
            job=run.job_name,
            error_class=first.error_class,
            text=first.message,
            further="\n".join(lines),
            assets=tuple(key.to_user_string() for key in keys[:ASSETS_SHOWN]),
            more_assets=max(len(keys) - ASSETS_SHOWN, 0),
            owners=", ".join(owners) or NOBODY,
            partition=run.tags.get(_PARTITION, ""),
            note=note,
            last_run=run.run_id,
            first_at=ended,
            last_at=ended,
            runs=(short(run.run_id),),
        )
