"""What the report tells: one entry a metric.

What belongs here: names, meanings, units, and what is good. What does not: how a number is made (`sql/<name>.sql`, and
`sql/checks/<name>.sql`, which makes the same number out of other tables).

The models behind a metric are those that its statement names, so nobody writes them down twice. What the semantic layer defines as well
(`dagster_open_platform_dbt/models/semantic`) is counted as it is there.
"""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What is counted; the plural, for people. Money has two decimals, everything else is counted in whole numbers."""

    USD = "US dollars"
    ORGANIZATIONS = "organizations"
    RUNS = "runs"
    CREDITS = "credits"
    DOWNLOADS = "downloads"


class Good(StrEnum):
    """The direction that is good."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Until:
    """Where it stands how far the data of a metric go: the greatest date of a column.

    Args:
        model: dbt model.
        column: Of it, a date.
    """

    model: str
    column: str


@dataclass(frozen=True)
class Metric:
    """A metric.

    Args:
        name: Of its statements, of its metadata and on the page's markup.
        title: What people call it.
        meaning: What exactly is counted, in a sentence or two.
        unit: In which.
        until: How far its data go.
        good: The direction that is good.
    """

    name: str
    title: str
    meaning: str
    unit: Unit
    until: Until
    good: Good = Good.UP

    @property
    def digits(self) -> int:
        """Decimals that its numbers have."""
        return 2 if self.unit is Unit.USD else 0


_CONTRACTS = Until("int_finance__as_of", "as_of_date")
_USAGE = Until("organization_usage_daily", "usage_date")
_RUNS = Until("usage_metrics_daily", "usage_date")
_SALES = Until("int_sales__as_of", "as_of_date")

METRICS = (
    Metric(
        "arr",
        "Annual recurring revenue",
        "What the contracts that hold on the week's last day are worth in a year, without the company's own organizations.",
        Unit.USD,
        _CONTRACTS,
    ),
    Metric(
        "active_organizations",
        "Active organizations",
        "Organizations that ran anything in the week, or whose people did anything.",
        Unit.ORGANIZATIONS,
        _USAGE,
    ),
    Metric("runs", "Runs", "Runs that organizations requested in the week.", Unit.RUNS, _RUNS),
    Metric(
        "credits",
        "Credits used",
        "Credits that the week's runs used: one for each asset, or one for a step that materialized none.",
        Unit.CREDITS,
        _RUNS,
    ),
    Metric(
        "open_pipeline",
        "Open pipeline",
        "Amount of the opportunities that were open when the week ended, as it stood then.",
        Unit.USD,
        _SALES,
    ),
    Metric(
        "pipeline_entered",
        "Pipeline entered",
        "Amount of the opportunities that were entered in the week, as it stands now.",
        Unit.USD,
        _SALES,
    ),
    Metric(
        "bookings",
        "Bookings",
        "Amount of the opportunities that were won in the week.",
        Unit.USD,
        _SALES,
    ),
    Metric(
        "downloads",
        "Downloads",
        "Files of our packages that were downloaded from the Python package index in the week.",
        Unit.DOWNLOADS,
        Until("pypi_downloads_daily", "download_date"),
    ),
    Metric(
        "cloud_cost",
        "Cloud cost",
        "What AWS charges for the week.",
        Unit.USD,
        Until("fct_cloud_costs_daily", "usage_date"),
        Good.DOWN,
    ),
    Metric(
        "ai_cost",
        "Cost of Claude",
        "What Anthropic charges for the week, by the day and item of its report.",
        Unit.USD,
        Until("fct_ai_costs_daily", "usage_date"),
        Good.DOWN,
    ),
)
"""In the order in which they are told."""
