"""What the demo tells of a step that waits to be tried again, and of records that cannot be written."""

import io
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from rich.console import Console
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from dagster_open_platform.utils.failures import RetryableFailure
from dagster_open_platform_local.demo.progress import Progress
from dagster_open_platform_local.demo.runlog import RunLog
from dagster_open_platform_local.demo.storage import quick_events
from dagster_open_platform_local.demo.unwritable import RecordsLocked, RecordsUnwritable

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
    cause = sqlite3.OperationalError("disk I/O error")
    cause.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    with pytest.raises(RecordsUnwritable, match=r"disk I/O error.*Make space"), quick_events():
        raise OperationalError("INSERT", {}, cause)


def test_records_in_a_folder_that_is_not_there_are_told_by_a_type(tmp_path: Path) -> None:
    missing = create_engine(f"sqlite:///{tmp_path}/missing/runs.db")
    with pytest.raises(RecordsUnwritable, match="unable to open"), quick_events():
        missing.connect()


def test_records_that_another_process_holds_are_told_by_another(tmp_path: Path) -> None:
    file = tmp_path / "runs.db"
    with closing(sqlite3.connect(file)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        impatient = create_engine(f"sqlite:///{file}", connect_args={"timeout": 0})
        with pytest.raises(RecordsLocked, match="database is locked"), quick_events():
            impatient.connect().execute(text("CREATE TABLE runs (id)"))


def test_a_statement_that_is_wrong_stays_what_it_is(tmp_path: Path) -> None:
    records = create_engine(f"sqlite:///{tmp_path}/runs.db")
    with pytest.raises(OperationalError, match="no such table"), quick_events():
        records.connect().execute(text("SELECT * FROM runs"))
