"""BigQuery as a system that somebody connects: what it needs, and one cheap question."""

from dagster_open_platform.lib.bigquery.resource import CREDENTIALS_VARIABLE
from dagster_open_platform.lib.systems import Declared, Resources, System, Variable, address_in

_HOST_VARIABLE = "BIGQUERY_EMULATOR_HOST"
_SECONDS = 15


def _probe(resources: Resources, _declared: Declared) -> str:
    # Google's client takes seconds to import.
    from dagster_open_platform.lib.bigquery.errors import bigquery_errors

    with resources["bigquery"].get_client() as client, bigquery_errors():
        # It reads no table and so bills nothing (https://cloud.google.com/bigquery/pricing).
        client.query("SELECT 1", timeout=_SECONDS, retry=None, job_retry=None).result(
            timeout=_SECONDS, retry=None, job_retry=None
        )
        return f"runs queries in the project {client.project}"


BIGQUERY = System(
    name="bigquery",
    title="BigQuery",
    use="downloads from PyPI, in Google's public data",
    folder="pypi",
    resource="bigquery",
    probe=_probe,
    needed=(
        Variable(
            CREDENTIALS_VARIABLE,
            "base64 of a service account's JSON key, whose role is BigQuery Job User; the project that it belongs to pays",
            instead=("GOOGLE_APPLICATION_CREDENTIALS",),
        ),
    ),
    optional=(
        Variable(
            "GOOGLE_CLOUD_PROJECT", "the project that pays, if not that of the credentials", is_secret=False
        ),
        Variable(_HOST_VARIABLE, "the address of an emulator", is_secret=False),
    ),
    points_to=address_in(_HOST_VARIABLE),
)
