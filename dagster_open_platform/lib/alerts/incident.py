"""A failure as one channel is told of it, with everything that repeats it.

What belongs here: its state, the metadata that keeps the state in Slack, and the message that shows it. What does not: deciding
what to tell (`notifier.py`).

The state is kept whole in the message's metadata, since a message can only be replaced as a whole.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from dagster_open_platform.lib.health.failures import StepFailure
from dagster_open_platform.lib.health.links import Links
from dagster_open_platform.lib.slack.blocks import Block, Context, Header, Section, text_of
from dagster_open_platform.lib.slack.message import Message, Scalar
from dagster_open_platform.lib.slack.text import Inline, bold, bullets, code, code_block, joined

FAILURE, REPEAT, RECOVERY = "run_failure", "run_failure_repeated", "run_failure_recovered"
"""Event types of the message, and of the answers in its thread."""

ASSETS_SHOWN = 5
MOST_RUNS = 300
"""Runs that a message remembers; their ids take less than 3,000 characters of metadata."""
_ID = 8


@dataclass(frozen=True)
class Incident:
    """A failure, in one channel.

    Args:
        fingerprints: Of the steps that failed.
        title: The step, or the job.
        job: Name of the job.
        error_class: Of the first step that failed.
        text: First lines of its message, without secrets.
        further: What else failed in the run, a line each; may be empty.
        assets: Keys, sorted; at most as many as are shown.
        more_assets: How many there are besides.
        owners: Of the assets, with commas.
        partition: Of the last run; may be empty.
        note: What is special about it, such as that it was tried again; may be empty.
        last_run: Id of the last run.
        first_at: When the first run ended; UTC.
        last_at: When the last run ended.
        count: How many runs failed so.
        runs: Beginnings of their ids, the newest last.
        recovered: Beginnings of the ids of those of them that succeeded when they were tried again.
    """

    fingerprints: tuple[str, ...]
    title: str
    job: str
    error_class: str
    text: str
    further: str
    assets: tuple[str, ...]
    more_assets: int
    owners: str
    partition: str
    note: str
    last_run: str
    first_at: dt.datetime
    last_at: dt.datetime
    count: int = 1
    runs: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()

    def tells_of(self, run_id: str) -> bool:
        """Whether a run is counted."""
        return short(run_id) in self.runs

    @property
    def has_recovered(self) -> bool:
        """Whether every run has succeeded since."""
        return bool(self.runs) and set(self.runs) <= set(self.recovered)

    def payload(self) -> Mapping[str, Scalar]:
        """The state as a message's metadata."""
        return {
            "fingerprints": " ".join(self.fingerprints),
            "title": self.title,
            "job": self.job,
            "error_class": self.error_class,
            "text": self.text,
            "further": self.further,
            "assets": "\n".join(self.assets),
            "more_assets": self.more_assets,
            "owners": self.owners,
            "partition": self.partition,
            "note": self.note,
            "last_run": self.last_run,
            "first_at": self.first_at.isoformat(),
            "last_at": self.last_at.isoformat(),
            "count": self.count,
            "runs": " ".join(self.runs[-MOST_RUNS:]),
            "recovered": " ".join(self.recovered[-MOST_RUNS:]),
        }

    @classmethod
    def of(cls, payload: Mapping[str, Scalar]) -> "Incident":
        """The state that a message's metadata keeps.

        Raises:
            KeyError: It is not one of an incident.
            ValueError: The same.
        """
        return cls(
            fingerprints=tuple(str(payload["fingerprints"]).split()),
            title=str(payload["title"]),
            job=str(payload["job"]),
            error_class=str(payload["error_class"]),
            text=str(payload["text"]),
            further=str(payload["further"]),
            assets=tuple(str(payload["assets"]).split("\n")) if payload["assets"] else (),
            more_assets=int(payload["more_assets"]),
            owners=str(payload["owners"]),
            partition=str(payload["partition"]),
            note=str(payload["note"]),
            last_run=str(payload["last_run"]),
            first_at=dt.datetime.fromisoformat(str(payload["first_at"])),
            last_at=dt.datetime.fromisoformat(str(payload["last_at"])),
            count=int(payload["count"]),
            runs=tuple(str(payload["runs"]).split()),
            recovered=tuple(str(payload["recovered"]).split()),
        )

    def message(self, links: Links) -> Message:
        """What the channel sees."""
        times = "" if self.count == 1 else f" {self.count:,} times"
        state = "✅" if self.has_recovered else "❌"
        headline = f"{state} {self.title} failed{times}" + (
            " and has recovered" if self.has_recovered else ""
        )
        blocks: list[Block] = [
            Header(headline),
            Section(joined(bold(self.error_class), "\n", code_block(self.text or "There is no message."))),
            Section(fields=self._fields(links)),
        ]
        if self.further:
            blocks.append(Section(joined(bold("Also failed"), "\n", bullets(*self.further.split("\n")))))
        blocks.append(Context([self._history()]))
        return Message(headline, blocks, FAILURE, self.payload())

    def _fields(self, links: Links) -> list[Inline]:
        fields: list[Inline] = [text_of("Run", links.run(self.last_run)), text_of("Owner", self.owners)]
        if self.assets:
            shown = joined(*(code(key) for key in self.assets), by="\n")
            more = f"\nand {self.more_assets:,} more" if self.more_assets else ""
            fields.append(text_of("Assets" if len(self.assets) > 1 else "Asset", joined(shown, more)))
        if self.partition:
            fields.append(text_of("Partition", self.partition))
        if not self.job.startswith("__"):  # Dagster's own job of assets says nothing
            fields.append(text_of("Job", self.job))
        return fields

    def _history(self) -> str:
        parts = [f"at {self.first_at:%d %b, %H:%M} UTC"]
        if self.count > 1:
            parts = [f"{self.count:,} times: first {parts[0]}, last at {self.last_at:%d %b, %H:%M} UTC"]
        if self.recovered:
            parts.append(f"{len(self.recovered):,} of {self.count:,} succeeded when tried again")
        if self.note:
            parts.append(self.note)
        return "; ".join(parts)


def short(run_id: str) -> str:
    """The beginning of a run's id, which is enough to tell the runs of one failure apart."""
    return run_id[:_ID]


def fingerprint(job: str, failure: StepFailure) -> str:
    """The same for failures that one person would call the same: of the same step in the same job, with the same class of error."""
    said = "\n".join((job, failure.step or "", failure.error_class))
    return hashlib.sha256(said.encode()).hexdigest()[:12]
