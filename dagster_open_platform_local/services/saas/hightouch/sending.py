"""Sending rows to the CRM, a batch at a time.

What belongs here: which record a row goes to, and what becomes of each row. What does not: what has to be sent (`planning.py`), and what a
field accepts (`services/saas/crm/rules.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dagster_open_platform_local.services.saas.crm.records import Crm
from dagster_open_platform_local.services.saas.crm.rules import Rejection, rejected
from dagster_open_platform_local.services.saas.crm.store import Values
from dagster_open_platform_local.services.saas.hightouch.planning import Operation
from dagster_open_platform_local.services.saas.hightouch.syncs import Sync


@dataclass
class Outcome:
    """What became of a batch.

    Args:
        written: Operations that a record took.
        skipped: Those for which the CRM has no record.
        refused: Those that were rejected, with the reason.
    """

    written: list[Operation] = field(default_factory=list)
    skipped: list[Operation] = field(default_factory=list)
    refused: list[tuple[Operation, Rejection]] = field(default_factory=list)


def send(
    crm: Crm,
    sync: Sync,
    batch: Sequence[Operation],
    rejections: Mapping[str, str],
    *,
    fails_on_duplicates: bool,
) -> Outcome:
    """Send some rows.

    Args:
        crm: Where to.
        sync: Which fields.
        batch: The rows, each with a key of its own.
        rejections: Reasons for which the CRM refuses rows, by key, whatever is in them.
        fails_on_duplicates: Whether a row with several records is refused; if not, it goes to the one that was made first.
    """
    counterparts = crm.found_by(sync.thing, sync.match)
    outcome, addressed = Outcome(), dict[str, Operation]()
    for operation in batch:
        records = [*counterparts.get(operation.key, ())]
        if operation.key in rejections:
            outcome.refused.append((operation, _as_rejection(rejections[operation.key])))
        elif not records:
            outcome.skipped.append(operation)
        elif len(records) > 1 and fails_on_duplicates:
            message = f"{len(records)} records have {sync.key} {operation.key}: {', '.join(records)}"
            outcome.refused.append((operation, rejected(sync.thing.vendor, "several", message).rejection))
        else:
            addressed[records[0]] = operation
    values: dict[str, Values] = {
        record: {sync.mappings[column]: value for column, value in operation.row.items()}
        for record, operation in addressed.items()
    }
    refused = crm.update(sync.thing, values)
    for record, operation in addressed.items():
        if record in refused:
            outcome.refused.append((operation, refused[record]))
        else:
            outcome.written.append(operation)
    return outcome


def _as_rejection(text: str) -> Rejection:
    """`CODE: message`, or a message."""
    code, separator, message = text.partition(": ")
    return Rejection(code, message) if separator else Rejection("UNKNOWN_EXCEPTION", text)
