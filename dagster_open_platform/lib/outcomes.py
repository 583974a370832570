"""What came of several tables that one op makes, of which some may have failed.

What belongs here: one failure out of many, after the others were reported, and how often such an op is tried again. What does
not: making tables.
"""

from collections.abc import Mapping

import dagster as dg

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

Failure = PermanentFailure | RetryableFailure

RETRIES = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""For failures that may pass; permanent ones are never retried."""


class TablesFailed(PermanentFailure):
    """Some tables of a run failed, and no retry will mend them; each is named. The others are made."""


class TablesInterrupted(RetryableFailure):
    """Some tables of a run failed in a way that may pass; each is named. The others are made."""


def raise_failures(failures: Mapping[str, Failure], total: int) -> None:
    """Fail the op if tables failed, once the others are reported.

    Args:
        failures: By table.
        total: How many tables there were.

    Raises:
        TablesInterrupted: One of the failures may pass.
        TablesFailed: None may.
    """
    if not failures:
        return
    lines = [f"{name}: {failure.description}" for name, failure in failures.items()]
    message = f"{len(failures)} of {total} tables failed ({total - len(failures)} succeeded):\n" + "\n".join(
        lines
    )
    may_pass = any(isinstance(failure, RetryableFailure) for failure in failures.values())
    raise (TablesInterrupted if may_pass else TablesFailed)(message, metadata={"failed": sorted(failures)})
