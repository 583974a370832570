"""Query jobs: running them, keeping their results, and their form as resources.

What belongs here: `Job` (https://cloud.google.com/bigquery/docs/reference/rest/v2/Job) and its store. What does not:
the routes.

A job runs in a thread of its own pool; whoever waits, waits for its future. Results are kept for the latest jobs and
dropped with the oldest one. Google would also answer a repeated query from a cache; here each one runs, so that it
always sees the company's today.
"""

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from dagster_open_platform_local.services.bigquery.engine import Engine, Plan
from dagster_open_platform_local.services.bigquery.errors import BigQueryError
from dagster_open_platform_local.services.bigquery.tables import LOCATION

RESULTS_DATASET = "_local_results"
"""The hidden dataset of the tables that hold results."""

_KEPT_JOBS = 100
_THREADS = 2


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Job:
    """A query job.

    Args:
        project: The project in which it runs.
        id: Unique in the project.
        configuration: The request's `configuration`, returned as it came.
        plan: What it runs.
        result: Name of the table that will hold the result.
        created: Milliseconds since 1970, as are `started` and `ended`.
        rows: Rows of the result, once it is done.
        error: Why it failed, if it did.
        rows_a_page: How many rows fit into a response, once a page was written.
    """

    project: str
    id: str
    configuration: Mapping[str, Any]
    plan: Plan
    result: str
    created: int = field(default_factory=_milliseconds)
    started: int = 0
    ended: int = 0
    rows: int = 0
    error: BigQueryError | None = None
    rows_a_page: int | None = None
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def reference(self) -> dict[str, str]:
        """The `JobReference`."""
        return {"projectId": self.project, "jobId": self.id, "location": LOCATION}

    def resource(self) -> dict[str, Any]:
        """The `Job` resource as it stands now."""
        status: dict[str, Any] = {"state": "DONE" if self.done.is_set() else "RUNNING"}
        if self.error is not None:
            status |= {"errorResult": self.error.proto(), "errors": [self.error.proto()]}
        destination = {"projectId": self.project, "datasetId": RESULTS_DATASET, "tableId": self.result}
        query = {**self.configuration.get("query", {}), "destinationTable": destination}
        return {
            "kind": "bigquery#job",
            "etag": f"{self.id}-{status['state']}",
            "id": f"{self.project}:{LOCATION}.{self.id}",
            "jobReference": self.reference,
            "user_email": f"local@{self.project}.example.com",
            "configuration": {**self.configuration, "jobType": "QUERY", "query": query},
            "statistics": self._statistics(),
            "status": status,
        }

    def _statistics(self) -> dict[str, Any]:
        """`JobStatistics`; 64-bit integers are strings in Google's JSON."""
        times = {"creationTime": str(self.created), "startTime": str(self.started or self.created)}
        if not self.done.is_set():
            return times
        statistics = query_statistics(self.plan)
        return {
            **times,
            "endTime": str(self.ended),
            "totalBytesProcessed": str(self.plan.bytes_processed),
            "totalSlotMs": str(self.plan.slot_milliseconds),
            "query": statistics,
        }


def query_statistics(plan: Plan) -> dict[str, Any]:
    """`JobStatistics2` of a plan.

    https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobStatistics2
    """
    return {
        "statementType": "SELECT",
        "cacheHit": False,
        "totalBytesProcessed": str(plan.bytes_processed),
        "totalBytesBilled": str(plan.bytes_billed),
        "totalSlotMs": str(plan.slot_milliseconds),
        "totalPartitionsProcessed": str(plan.partitions),
        "referencedTables": [
            {"projectId": name.project, "datasetId": name.dataset, "tableId": name.table}
            for name in plan.tables
        ],
        "schema": plan.schema(),
    }


class JobStore:
    """The jobs of the service; safe to use from several threads.

    Args:
        engine: Runs the queries.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="query")
        self._jobs: OrderedDict[tuple[str, str], Job] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, project: str, job_id: str | None, configuration: Mapping[str, Any], plan: Plan) -> Job:
        """Start a query.

        Raises:
            BigQueryError: `duplicate` when the project has a job of this id.
        """
        job = Job(
            project, job_id or f"job_{uuid.uuid4().hex}", configuration, plan, f"anon{uuid.uuid4().hex}"
        )
        with self._lock:
            if (project, job.id) in self._jobs:
                raise BigQueryError("duplicate", f"Already Exists: Job {project}:{LOCATION}.{job.id}")
            self._jobs[project, job.id] = job
            finished = [key for key, each in self._jobs.items() if each.done.is_set()]
            dropped = [self._jobs.pop(key) for key in finished[: max(0, len(self._jobs) - _KEPT_JOBS)]]
        for old in dropped:
            self._engine.forget(old.result)
        self._pool.submit(self._run, job)
        return job

    def find(self, project: str, job_id: str) -> Job:
        """A job by its id.

        Raises:
            BigQueryError: `notFound`.
        """
        with self._lock:
            job = self._jobs.get((project, job_id))
        if job is None:
            raise BigQueryError("notFound", f"Not found: Job {project}:{LOCATION}.{job_id}")
        return job

    def find_by_result(self, project: str, result: str) -> Job:
        """The job whose result a hidden table holds.

        Raises:
            BigQueryError: `notFound`.
        """
        with self._lock:
            found = [job for job in self._jobs.values() if job.project == project and job.result == result]
        if not found:
            raise BigQueryError("notFound", f"Not found: Table {project}:{RESULTS_DATASET}.{result}")
        return found[0]

    def of_project(self, project: str) -> list[Job]:
        """The jobs of a project, the latest first."""
        with self._lock:
            return [job for job in reversed(self._jobs.values()) if job.project == project]

    def _run(self, job: Job) -> None:
        job.started = _milliseconds()
        try:
            _check_limit(job)
            job.rows = self._engine.run(job.plan, job.result)
        except BigQueryError as error:
            job.error = error
        except Exception as error:
            job.error = BigQueryError(
                "internalError", f"The local BigQuery service failed: {type(error).__name__}"
            )
            raise
        finally:
            job.ended = _milliseconds()
            job.done.set()


def _check_limit(job: Job) -> None:
    """Refuse a query that would be billed for more than it allows.

    https://cloud.google.com/bigquery/docs/best-practices-costs#limit_query_costs_by_restricting_the_number_of_bytes_billed
    """
    limit = job.configuration.get("query", {}).get("maximumBytesBilled")
    if limit is not None and job.plan.bytes_billed > int(limit):
        raise BigQueryError(
            "bytesBilledLimitExceeded",
            f"Query exceeded limit for bytes billed: {limit}. {job.plan.bytes_billed} or higher required.",
        )
