"""What the platform reads and does not make."""

import dagster as dg

from dagster_open_platform.utils.source_code import here

file_downloads = dg.AssetSpec(
    key=["bigquery-public-data", "pypi", "file_downloads"],
    description=(
        "Every file that anybody downloaded from the Python Package Index, within minutes. A public table in BigQuery:"
        " whoever queries it pays for the bytes."
    ),
    group_name="pypi",
    kinds={"bigquery"},
    owners=["team:data-platform"],
    metadata={
        "Documentation": dg.MetadataValue.url(
            "https://packaging.python.org/en/latest/guides/analyzing-pypi-package-downloads/"
        ),
        **here(),
    },
)
