"""The health report as a message: what has to be looked at first, by whom, and below it what was slow.

What belongs here: words and order. What does not: measuring (`measure.py`), drawing (`chart.py`), posting.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeVar

import dagster as dg

from dagster_open_platform.lib.health.chart import duration, label_of
from dagster_open_platform.lib.health.failures import StepFailure
from dagster_open_platform.lib.health.freshness import Freshness
from dagster_open_platform.lib.health.links import Links
from dagster_open_platform.lib.health.model import BadCheck, FailedRun, Health, OwnerHealth, StaleAsset
from dagster_open_platform.lib.slack.blocks import (
    Block,
    Context,
    Divider,
    Header,
    Image,
    Section,
    Table,
    text_of,
)
from dagster_open_platform.lib.slack.message import Message
from dagster_open_platform.lib.slack.text import Inline, Mrkdwn, bold, bullets, code, joined

EVENT_TYPE = "platform_health_report"
SHOWN = 8
"""Entries of a list; the rest are counted."""
_ONE_LINE = 160
Entry = TypeVar("Entry")
ALT_TEXT = "Runs of the last day by the hour in which they ended, and the slowest assets"


def report_of(health: Health, links: Links, image: str | None = None) -> Message:
    """The report.

    Args:
        health: What was measured.
        links: Where runs and assets are shown.
        image: The id of the uploaded chart. None: there is none.
    """
    blocks: list[Block] = [
        Header(f"{'✅' if health.is_well else '🚨' if _is_bad(health) else '⚠️'} {headline(health)}"),
        Context([_window(health)]),
        Section(fields=_fields(health)),
    ]
    blocks += _part("Failed runs", health.open_failures, lambda run: _failed_run(run, links))
    blocks += _part("Failing checks", health.failing_checks, lambda check: _check(check, links))
    blocks += _part("Stale assets", health.stale, lambda asset: _stale(asset, links, health.until))
    blocks += _part("Warning checks", health.warning_checks, lambda check: _check(check, links))
    if not health.is_well:
        blocks += [Divider(), Section(bold("By owner")), _owners(health.owners)]
    if image is not None:
        blocks += [Divider(), Image(image, ALT_TEXT)]
    slowest = bullets(
        *(
            joined(bold(duration(step.seconds)), " ", links.run(step.run_id, label_of(step)))
            for step in health.slowest[:5]
        )
    )
    if health.slowest:
        blocks.append(Section(joined(bold("Slowest assets"), "\n", slowest)))
    if health.left_out:
        blocks.append(Context([f"Not everything could be read: {'; '.join(health.left_out)}."]))
    payload = {"day": f"{health.until:%Y-%m-%d}", **health.numbers()}
    return Message(headline(health), blocks, EVENT_TYPE, payload)


def headline(health: Health) -> str:
    """The report in one line."""
    if health.is_well:
        return f"All is well: {_count(health.ended, 'run')}, {_count(health.materializations, 'materialization')}"
    found = (
        (len(health.open_failures), "failed run"),
        (len(health.failing_checks), "failing check"),
        (len(health.stale), "stale asset"),
        (len(health.warning_checks), "warning"),
    )
    return ", ".join(_count(number, what) for number, what in found if number)


def _is_bad(health: Health) -> bool:
    return bool(health.open_failures or health.failing_checks)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _window(health: Health) -> str:
    hours = (health.until - health.since) // dt.timedelta(hours=1)
    return f"Platform health of the {hours} hours until {health.until:%A, %d %B %Y, %H:%M} UTC"


def _fields(health: Health) -> list[Inline]:
    recovered = len(health.failed_runs) - len(health.open_failures)
    runs = f"{health.succeeded:,} of {health.ended:,} succeeded"
    if recovered:
        runs += f"; {recovered:,} failed and recovered, or will be tried again"
    if health.under_way:
        runs += f"; {health.under_way:,} under way"
    with_policy = health.fresh + len(health.stale) + health.never
    fresh = f"{health.fresh:,} of {with_policy:,} assets"
    if health.never:
        fresh += f"; {health.never:,} never materialized"
    checks = f"{health.checks_passed:,} of {health.checks_passed + len(health.checks):,} passed"
    if health.checks_unknown:
        checks += f"; {health.checks_unknown:,} without a result"
    return [
        text_of("Runs", runs),
        text_of("Materializations", f"{health.materializations:,}"),
        text_of("Fresh", fresh),
        text_of("Checks", checks),
    ]


def _part(title: str, entries: Sequence[Entry], line: Callable[[Entry], Inline]) -> list[Block]:
    if not entries:
        return []
    lines = [line(entry) for entry in entries[:SHOWN]]
    if len(entries) > SHOWN:
        lines.append(f"and {len(entries) - SHOWN:,} more")
    return [Divider(), Section(joined(bold(f"{title} ({len(entries):,})"), "\n", bullets(*lines)))]


def _failed_run(run: FailedRun, links: Links) -> Mrkdwn:
    label = run.failures[0].step or run.job if run.failures else run.job
    parts: list[Inline] = [links.run(run.run_id, label), f" at {run.ended_at:%H:%M}"]
    if len(run.failures) > 1:
        parts.append(f" and {_count(len(run.failures) - 1, 'more step')}")
    if run.owners:
        parts.append(f" ({', '.join(run.owners)})")
    if run.failures:
        parts += [": ", _error(run.failures[0])]
    return joined(*parts)


def _error(failure: StepFailure) -> Mrkdwn:
    return joined(code(failure.error_class), " ", _one_line(failure.message))


def _check(check: BadCheck, links: Links) -> Mrkdwn:
    said = _one_line(check.description)
    asset = links.asset(check.key.asset_key)
    return joined(
        asset, " ", code(check.key.name), f" ({', '.join(check.owners)})", f": {said}" if said else ""
    )


def _stale(asset: StaleAsset, links: Links, now: dt.datetime) -> Mrkdwn:
    age = duration((now - asset.last).total_seconds())
    state = "" if asset.state is Freshness.FAIL else ", soon too old"
    return joined(links.asset(asset.key), f" made {age} ago{state} ({', '.join(asset.owners)})")


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _ONE_LINE else f"{line[:_ONE_LINE]}…"


def _owners(owners: Sequence[OwnerHealth]) -> Table:
    header = ("Owner", "Failed runs", "Failing", "Stale", "Warnings", "Assets", "Made")
    # Who has most to do comes first.
    ordered = sorted(owners, key=lambda each: (-each.failed_runs, -each.failing, -each.stale, each.owner))
    rows = [
        (
            each.owner,
            *(
                f"{number:,}"
                for number in (
                    each.failed_runs,
                    each.failing,
                    each.stale,
                    each.warning,
                    each.assets,
                    each.materializations,
                )
            ),
        )
        for each in ordered
    ]
    return Table(header, rows, align=("left", "right", "right", "right", "right", "right", "right"))


def owners_table(owners: Sequence[OwnerHealth]) -> dg.MarkdownMetadataValue:
    """The same table for the asset's page."""
    table = _owners(owners)
    lines = [table.header, ["---", *["---:"] * 6], *table.rows]
    return dg.MetadataValue.md("\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines))
