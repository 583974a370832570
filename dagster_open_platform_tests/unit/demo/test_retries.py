"""What the demo tells of a step that waits to be tried again, and of records that cannot be written."""

import io
import uuid

import dagster as dg
import pytest
from rich.console import Console
from sqlalchemy.exc import OperationalError

from dagster_open_platform.utils.failures import RetryableFailure
from dagster_open_platform_local.demo.progress import Progress
from dagster_open_platform_local.demo.runlog import RunLog
from dagster_open_platform_local.demo.storage import quick_events
from dagster_open_platform_local.demo.unwritable import RecordsUnwritable

RUN = str(uuid.UUID(int=7))


def test_a_step_that_is_tried_again_is_told_with_its_reason() -> None:
    tries: list[int] = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1, delay=0))
    def away() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise RetryableFailure("The vendor [eu] is away.\nMore of it.")

    said = io.StringIO()
    progress = Progress(Console(file=said, width=200))
    with dg.DagsterInstance.ephemeral() as instance:
        log = RunLog(on_retry=progress.retried)
        instance.add_event_listener(RUN, log)
        job = dg.Definitions(assets=[away]).resolve_implicit_global_asset_job_def()
        assert job.execute_in_process(instance=instance, run_id=RUN).success
    assert len(tries) == 2
    assert "away failed: " in said.getvalue()
    assert "The vendor [eu] is away. It is tried again in 0 s." in said.getvalue()


def test_records_that_cannot_be_written_are_told_by_a_type() -> None:
    with pytest.raises(RecordsUnwritable, match=r"disk I/O error.*Make space"), quick_events():
        raise OperationalError("INSERT", {}, Exception("disk I/O error"))
