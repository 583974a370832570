"""The Dagster resource through which assets query BigQuery.

What belongs here: settings, the client, and running a query within bounds. What does not: errors (``errors.py``), types
(``arrow.py``), any query.

In Dagster+ the client is that of ``InsightsBigQueryResource``, which reports costs to Insights; elsewhere nobody is there to
be told, and it would be 4 s of imports. Either is built in a run and not when definitions load.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.bigquery.arrow import arrow_schema, query_parameter
from dagster_open_platform.lib.bigquery.errors import bigquery_errors, malformed_credentials
from dagster_open_platform.lib.bigquery.protocol import BigQueryValue, QueryFacts, QueryResult
from dagster_open_platform.utils.environment_helpers import has_insights

if TYPE_CHECKING:
    import dagster_gcp
    import pyarrow as pa
    from google.cloud import bigquery

CREDENTIALS_VARIABLE = "GCP_CREDENTIALS"
TIB = 1 << 40


class BigQueryResource(dg.ConfigurableResource):
    """BigQuery, read-only. Its resource key is ``bigquery``; it needs an asset's or an op's run around it.

    Another endpoint than Google's is set by ``BIGQUERY_EMULATOR_HOST``, which Google's client reads.
    """

    project: str | None = Field(
        default=None,
        description="Project in which queries run and that pays; default: GOOGLE_CLOUD_PROJECT, or that of the credentials.",
    )
    gcp_credentials: str | None = Field(
        default=None,
        description=f"Base64 of a credentials JSON. If not given: the variable {CREDENTIALS_VARIABLE} when a run starts, or"
        " else application default credentials.",
        repr=False,
    )
    location: str | None = Field(default=None, description="Where queries run; default: where the data is.")
    maximum_bytes_billed: int = Field(
        default=TIB,
        ge=1,
        description="A query that would bill more fails without costing anything. A tebibyte is about 6 USD.",
    )
    query_seconds: float = Field(default=900, gt=0, description="How long a query may run.")
    request_seconds: float = Field(default=60, gt=0, description="How long one HTTP request may take.")
    retry_seconds: float = Field(
        default=60,
        ge=0,
        description="How long a request that failed for a passing reason is repeated, before the run's own retry.",
    )
    page_rows: int = Field(default=100_000, ge=1, description="Rows in memory at a time while reading.")

    @contextmanager
    def get_client(self) -> Iterator[bigquery.Client]:
        """The client; in Dagster+ its costs are reported to Insights when the block ends without an error.

        Raises:
            BigQueryCredentialsMissing: There are no credentials or they cannot be read.
        """
        credentials = self.gcp_credentials or os.environ.get(CREDENTIALS_VARIABLE)
        if credentials:
            _check_credentials(credentials)
        resource = _resource_class()(
            project=self.project, location=self.location, gcp_credentials=credentials or None
        )
        with ExitStack() as stack:
            with bigquery_errors():
                client = stack.enter_context(resource.get_client())
            yield client

    @contextmanager
    def query_arrow(self, sql: str, parameters: Mapping[str, BigQueryValue]) -> Iterator[QueryResult]:
        """Runs a query; see ``BigQuery.query_arrow``.

        Raises:
            PermanentFailure, RetryableFailure: One of ``errors.py``.
        """
        with self.get_client() as client:
            with bigquery_errors():
                job = self._start(client, sql, parameters)
                rows = job.result(
                    page_size=self.page_rows,
                    retry=self._retry(),
                    timeout=self.query_seconds,
                    job_retry=None,
                )
            facts = QueryFacts(
                job_id=job.job_id or "",
                bytes_billed=job.total_bytes_billed or 0,
                slot_milliseconds=job.slot_millis or 0,
            )
            yield QueryResult(reader=_reader(rows), total_rows=rows.total_rows or 0, facts=facts)

    def _start(
        self, client: bigquery.Client, sql: str, parameters: Mapping[str, BigQueryValue]
    ) -> bigquery.QueryJob:
        from google.cloud import bigquery

        config = bigquery.QueryJobConfig(
            query_parameters=[query_parameter(name, value) for name, value in parameters.items()],
            maximum_bytes_billed=self.maximum_bytes_billed,
            job_timeout_ms=int(self.query_seconds * 1000),
            labels={"platform": "dagster_open_platform"},
        )
        # Without job_retry=None the client repeats the whole job for up to 40 minutes; the op's retry policy does that.
        return client.query(
            sql, job_config=config, retry=self._retry(), timeout=self.request_seconds, job_retry=None
        )

    def _retry(self) -> Any:
        from google.cloud.bigquery import DEFAULT_RETRY

        return DEFAULT_RETRY.with_timeout(self.retry_seconds)


def _reader(rows: Any) -> pa.RecordBatchReader:
    import pyarrow as pa

    schema = arrow_schema(rows.schema)

    def batches() -> Iterator[pa.RecordBatch]:
        with bigquery_errors():
            for batch in rows.to_arrow_iterable():
                yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _resource_class() -> type[dagster_gcp.BigQueryResource]:
    """The class of what makes the client."""
    if has_insights(os.environ):
        from dagster_cloud.dagster_insights import InsightsBigQueryResource

        return InsightsBigQueryResource
    import dagster_gcp

    return dagster_gcp.BigQueryResource


def _check_credentials(credentials: str) -> None:
    """Refuses what Google's client would answer with a traceback that quotes it."""
    if os.environ.get("GOOGLE_APPLICATION_CREDENTIALS"):
        raise malformed_credentials("both GCP_CREDENTIALS and GOOGLE_APPLICATION_CREDENTIALS are set.")
    try:
        decoded = json.loads(base64.b64decode(credentials, validate=True))
    except (binascii.Error, ValueError):
        raise malformed_credentials("they are not the base64 of a JSON.") from None
    if not isinstance(decoded, dict) or "type" not in decoded:
        raise malformed_credentials("the JSON has no type.")
