"""The platform's resource on the service, configured by environment variables: in Dagster+ it tells what a query cost."""

from collections.abc import Sequence
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.lib.bigquery.resource import BigQueryResource
from dagster_open_platform_tests.fixtures.company import BigQueryService

SQL = (
    "SELECT COUNT(*) AS amount FROM `bigquery-public-data.pypi.file_downloads` WHERE timestamp < '2026-06-03'"
)


@dg.asset
def downloads(bigquery: BigQueryResource) -> dg.MaterializeResult[Any]:
    with bigquery.get_client() as client:
        (row,) = client.query(SQL).result()
    return dg.MaterializeResult(metadata={"amount": row.amount})


def observed_costs(resource: BigQueryResource) -> Sequence[object]:
    """What a run of the asset observed besides its result."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([downloads], instance=instance, resources={"bigquery": resource})
        (materialization,) = result.asset_materializations_for_node("downloads")
        assert materialization.metadata["amount"].value == pytest.approx(2 * 150, rel=0.5)
        records = instance.fetch_observations(downloads.key, limit=5).records
    return [
        value.value
        for record in records
        if record.asset_observation
        for value in record.asset_observation.metadata.values()
    ]


def test_the_resource_reports_what_a_query_cost_where_there_is_somebody_to_tell(
    bigquery_service: BigQueryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = BigQueryResource(
        project=dg.EnvVar("GOOGLE_CLOUD_PROJECT"), gcp_credentials=dg.EnvVar("GCP_CREDENTIALS")
    )
    assert observed_costs(resource) == []
    monkeypatch.setenv("DAGSTER_CLOUD_DEPLOYMENT_NAME", "prod")
    assert 10 * 2**20 in observed_costs(resource)
    assert bigquery_service.fired() == []
