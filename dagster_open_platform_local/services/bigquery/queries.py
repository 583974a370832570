"""The routes of jobs and queries.

What belongs here: `jobs.insert`, `jobs.get`, `jobs.list`, `jobs.cancel`, `jobs.query`, `jobs.getQueryResults`. What
does not: how a query runs (`engine.py`), how a job looks (`jobs.py`).

A query that is wrong in itself (syntax, unknown table or column, a missing parameter) is refused with an HTTP error
when it is sent; one that fails while it runs makes a job with an `errorResult`.
"""

from collections.abc import Mapping
from typing import Any

from dagster_open_platform_local.services.bigquery.calls import Call
from dagster_open_platform_local.services.bigquery.engine import Engine, Plan
from dagster_open_platform_local.services.bigquery.errors import BigQueryError, not_implemented
from dagster_open_platform_local.services.bigquery.jobs import Job, JobStore, query_statistics
from dagster_open_platform_local.services.bigquery.pages import PageRequest, page, page_request
from dagster_open_platform_local.services.bigquery.parameters import read_parameters
from dagster_open_platform_local.services.bigquery.tables import LOCATION

_INSERT_WAIT_SECONDS = 10.0
_DEFAULT_WAIT_MILLISECONDS = 10_000
_LONGEST_WAIT_SECONDS = 60.0
_JOB_SETTINGS = ("labels", "jobTimeoutMs", "reservation", "dryRun")
_UNSERVED_SETTINGS = ("destinationTable", "tableDefinitions", "userDefinedFunctions", "connectionProperties")


class QueryRoutes:
    """Jobs and queries.

    Args:
        engine: Plans the queries.
        jobs: Runs and keeps them.
    """

    def __init__(self, engine: Engine, jobs: JobStore) -> None:
        self._engine = engine
        self._jobs = jobs

    def insert_job(self, call: Call) -> dict[str, Any]:
        """`jobs.insert`: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/insert.

        Answers when the query is done, or after ten seconds.
        """
        project = self._project(call)
        configuration = call.body.get("configuration") or {}
        if "query" not in configuration:
            kinds = sorted(set(configuration) & {"load", "copy", "extract"}) or ["unknown"]
            raise not_implemented(f"A job of kind {kinds[0]}")
        plan = self._plan(configuration["query"])
        reference = call.body.get("jobReference") or {}
        if configuration.get("dryRun"):
            return _dry_job(project, configuration, plan)
        job = self._jobs.start(project, reference.get("jobId"), configuration, plan)
        job.done.wait(_INSERT_WAIT_SECONDS)
        return job.resource()

    def get_job(self, call: Call) -> dict[str, Any]:
        """`jobs.get`: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/get."""
        return call.masked(self._job(call).resource())

    def cancel_job(self, call: Call) -> dict[str, Any]:
        """`jobs.cancel`: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/cancel.

        As Google says of it, a job may complete nevertheless; here every job does, since none takes long.
        """
        return {"kind": "bigquery#jobCancelResponse", "job": self._job(call).resource()}

    def list_jobs(self, call: Call) -> dict[str, Any]:
        """`jobs.list`: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/list, in one page."""
        resources = [job.resource() for job in self._jobs.of_project(self._project(call))]
        jobs = [{**each, "state": each["status"]["state"]} for each in resources]
        return {"kind": "bigquery#jobList", "etag": str(len(jobs)), "jobs": jobs}

    def query(self, call: Call) -> bytes | dict[str, Any]:
        """`jobs.query`: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query."""
        project, body = self._project(call), call.body
        if body.get("queryResultsFormat", "JSON") not in ("JSON", "QUERY_RESULTS_FORMAT_UNSPECIFIED"):
            raise not_implemented(f"queryResultsFormat {body['queryResultsFormat']}")
        plan = self._plan(body)
        settings = {name: body[name] for name in _JOB_SETTINGS if name in body}
        query = {name: value for name, value in body.items() if name not in _JOB_SETTINGS}
        if body.get("dryRun"):
            return {
                **_summary(plan),
                "kind": "bigquery#queryResponse",
                "jobComplete": True,
                "schema": plan.schema(),
            }
        job = self._jobs.start(project, None, {**settings, "query": query}, plan)
        limit = body.get("maxResults")
        request = PageRequest(0, None if limit is None else int(limit))
        int64 = bool((body.get("formatOptions") or {}).get("useInt64Timestamp"))
        envelope = {"kind": "bigquery#queryResponse", "queryId": job.id, **_summary(plan)}
        return self._results(
            call, job, request, envelope, _wait_seconds(body.get("timeoutMs")), int64_timestamp=int64
        )

    def results(self, call: Call) -> bytes | dict[str, Any]:
        """`jobs.getQueryResults`: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults."""
        job, request = self._job(call), page_request(call.query)
        int64 = call.query.get("formatOptions.useInt64Timestamp", "").lower() == "true"
        envelope = {"kind": "bigquery#getQueryResultsResponse", "etag": job.id}
        wait = _wait_seconds(call.query.get("timeoutMs"))
        return self._results(call, job, request, envelope, wait, int64_timestamp=int64)

    def _results(
        self,
        call: Call,
        job: Job,
        request: PageRequest,
        envelope: dict[str, Any],
        wait_seconds: float,
        *,
        int64_timestamp: bool,
    ) -> bytes | dict[str, Any]:
        envelope |= {"jobReference": job.reference, "jobComplete": True}
        if not job.done.wait(wait_seconds):
            return call.masked({**envelope, "jobComplete": False})
        if job.error is not None:
            raise job.error
        envelope |= {
            "schema": job.plan.schema(),
            "totalRows": str(job.rows),
            "totalBytesProcessed": str(job.plan.bytes_processed),
            "cacheHit": False,
        }
        if not call.wants("rows"):
            request = PageRequest(request.start, 0)

        def read(start: int, count: int) -> list[str]:
            return self._engine.rows(
                job.plan.columns, job.result, start, count, int64_timestamp=int64_timestamp
            )

        answer, job.rows_a_page = page(call.masked(envelope), request, job.rows, read, job.rows_a_page)
        return answer

    def _project(self, call: Call) -> str:
        project, own = call.path["project"], self._engine.catalog.project
        if project != own:
            raise BigQueryError(
                "accessDenied",
                f"Access Denied: Project {project}: User does not have bigquery.jobs.create permission in project "
                f"{project}.",
            )
        return project

    def _job(self, call: Call) -> Job:
        return self._jobs.find(self._project(call), call.path["job"])

    def _plan(self, query: Mapping[str, Any]) -> Plan:
        """Plan the query of a job's configuration, or of a query request: both name things alike."""
        if query.get("useLegacySql", True):
            raise not_implemented("Legacy SQL (useLegacySql is true unless it is set to false)")
        for setting in _UNSERVED_SETTINGS:
            if query.get(setting):
                raise not_implemented(f"The setting {setting}")
        if not query.get("query"):
            raise BigQueryError("required", "Required parameter is missing: query", location="query")
        dataset = query.get("defaultDataset")
        default = (
            (dataset.get("projectId") or self._engine.catalog.project, dataset["datasetId"])
            if dataset
            else None
        )
        return self._engine.plan(query["query"], read_parameters(query.get("queryParameters") or []), default)


def _wait_seconds(timeout_milliseconds: Any) -> float:
    """How long to wait for a query: the client's `timeoutMs`, ten seconds without one."""
    try:
        asked = (
            int(timeout_milliseconds if timeout_milliseconds is not None else _DEFAULT_WAIT_MILLISECONDS)
            / 1000
        )
    except ValueError as error:
        raise BigQueryError(
            "invalid", f"Invalid value for: {timeout_milliseconds}", location="timeoutMs"
        ) from error
    return min(max(asked, 0.0), _LONGEST_WAIT_SECONDS)


def _summary(plan: Plan) -> dict[str, Any]:
    """What a query's response says of the work."""
    statistics = query_statistics(plan)
    names = ("totalBytesProcessed", "totalBytesBilled", "totalSlotMs", "statementType", "cacheHit")
    return {"location": LOCATION, **{name: statistics[name] for name in names}}


def _dry_job(project: str, configuration: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """The resource of a job that only would run; it has no id and is not kept."""
    return {
        "kind": "bigquery#job",
        "jobReference": {"projectId": project, "location": LOCATION},
        "configuration": {**configuration, "jobType": "QUERY"},
        "statistics": {"totalBytesProcessed": str(plan.bytes_processed), "query": query_statistics(plan)},
        "status": {"state": "DONE"},
    }
