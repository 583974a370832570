"""The service behind `InsightsBigQueryResource`, configured by environment variables alone."""

from typing import Any

import dagster as dg
import pytest

from dagster_open_platform_tests.fixtures.company import BigQueryService


def test_the_resource_reports_what_a_query_cost(bigquery_service: BigQueryService) -> None:
    from dagster_cloud.dagster_insights import InsightsBigQueryResource

    @dg.asset
    def downloads(bigquery: InsightsBigQueryResource) -> dg.MaterializeResult[Any]:
        with bigquery.get_client() as client:
            sql = "SELECT COUNT(*) AS amount FROM `bigquery-public-data.pypi.file_downloads` WHERE timestamp < '2026-06-03'"
            (row,) = client.query(sql).result()
        return dg.MaterializeResult(metadata={"amount": row.amount})

    with dg.DagsterInstance.ephemeral() as instance:
        resource = InsightsBigQueryResource(
            project=dg.EnvVar("GOOGLE_CLOUD_PROJECT"), gcp_credentials=dg.EnvVar("GCP_CREDENTIALS")
        )
        result = dg.materialize([downloads], instance=instance, resources={"bigquery": resource})
        (materialization,) = result.asset_materializations_for_node("downloads")
        assert materialization.metadata["amount"].value == pytest.approx(2 * 150, rel=0.5)
        records = instance.fetch_observations(downloads.key, limit=5).records
        observation = records[0].asset_observation
        assert observation is not None
        costs = {name: value.value for name, value in observation.metadata.items()}
        assert 10 * 2**20 in costs.values()
    assert bigquery_service.fired() == []
