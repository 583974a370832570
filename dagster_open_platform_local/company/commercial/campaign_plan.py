"""What marketing plans: campaigns that run all the time, and what comes round every month, quarter or year.

What belongs here: the plan. What does not: the campaigns with their dates (`campaigns.py`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class AlwaysOn:
    """A campaign that was once begun, and runs until somebody ends it.

    Args:
        name: What it is called now.
        utm_campaign: Its tag in links.
        channel: google, linkedin, reddit, bing or email.
        kind: As `campaigns.Campaign` says.
        region: US, EMEA or GLOBAL.
        start: Days after the epoch; negative before it.
        daily_budget: In whole units of the currency, at scale 1.
        end: Days after the epoch of its last day.
        currency: USD or EUR.
        former_name: Before it was renamed.
        renamed: Days after the epoch on which it was.
    """

    name: str
    utm_campaign: str
    channel: str
    kind: str
    region: str
    start: int
    daily_budget: int
    end: int | None = None
    currency: str = "USD"
    former_name: str | None = None
    renamed: int | None = None


ALWAYS_ON = (
    AlwaysOn("Search | Brand | US", "search-brand-us", "google", "search", "US", -935, 40),
    AlwaysOn("Search | Brand | EMEA", "search-brand-emea", "google", "search", "EMEA", -600, 25, None, "EUR"),
    AlwaysOn("Search | Orchestration | US", "search-orchestration-us", "google", "search", "US", -935, 90),
    AlwaysOn(
        "Search | Orchestration | EMEA", "search-orchestration-emea", "google", "search", "EMEA", -590, 50,
        None, "EUR", "EMEA - Orchestration (Search)", 36,
    ),
    AlwaysOn("Search | Airflow alternative | US", "search-airflow-us", "google", "search", "US", -720, 70),
    AlwaysOn(
        "Search | Airflow alternative | EMEA", "search-airflow-emea", "google", "search", "EMEA", -410, 35,
        None, "EUR",
    ),
    AlwaysOn(
        "Search | dbt orchestration | US", "search-dbt-us", "google", "search", "US", -300, 45,
        None, "USD", "US - dbt (Search)", -20,
    ),
    AlwaysOn("Search | Competitors | US", "search-competitors-us", "google", "search", "US", -500, 30, 74),
    AlwaysOn("Search | AI pipelines | US", "search-ai-pipelines-us", "google", "search", "US", 45, 55),
    AlwaysOn("PMax | Dagster+ trial", "pmax-trial", "google", "performance_max", "GLOBAL", -200, 60),
    AlwaysOn("Display | Retargeting", "display-retargeting", "google", "display", "GLOBAL", -640, 20),
    AlwaysOn("Video | Product tour", "video-product-tour", "google", "video", "GLOBAL", 10, 25),
    AlwaysOn("LI | Data platform leads | US", "li-platform-leads-us", "linkedin", "social", "US", -730, 110),
    AlwaysOn(
        "LI | Data engineers | EMEA", "li-engineers-emea", "linkedin", "social", "EMEA", -420, 60, None, "EUR",
        "LinkedIn EMEA engineers", 58,
    ),
    AlwaysOn("LI | Retargeting", "li-retargeting", "linkedin", "social", "GLOBAL", -380, 30),
    AlwaysOn("LI | Enterprise accounts", "li-enterprise", "linkedin", "social", "US", -150, 80),
    AlwaysOn("LI | State of data platforms", "li-report", "linkedin", "social", "GLOBAL", 20, 40, 110),
    AlwaysOn("Reddit | r/dataengineering", "reddit-dataengineering", "reddit", "social", "GLOBAL", -400, 40),
    AlwaysOn("Reddit | r/Python", "reddit-python", "reddit", "social", "GLOBAL", -360, 20),
    AlwaysOn("Reddit | r/datascience", "reddit-datascience", "reddit", "social", "GLOBAL", -360, 15, 50),
    AlwaysOn(
        "Reddit | Retargeting", "reddit-retargeting", "reddit", "social", "GLOBAL", -90, 15, None, "USD",
        "retargeting test", 5,
    ),
    AlwaysOn("Bing | Brand | US", "bing-brand-us", "bing", "search", "US", -520, 12),
    AlwaysOn("Bing | Orchestration | US", "bing-orchestration-us", "bing", "search", "US", -520, 25),
    AlwaysOn(
        "Bing | Airflow alternative | US", "bing-airflow-us", "bing", "search", "US", -260, 18, None, "USD",
        "Airflow alternative (imported)", 30,
    ),
    AlwaysOn("Bing | Audience network", "bing-audience", "bing", "display", "US", 25, 10),
    AlwaysOn("Trial nurture", "trial-nurture", "email", "nurture", "GLOBAL", -800, 4),
    AlwaysOn("Dormant accounts", "dormant-accounts", "email", "nurture", "GLOBAL", -240, 2),
)  # fmt: skip

LAUNCHES = (("google", "search", 60), ("linkedin", "social", 90), ("reddit", "social", 30))
"""Channel, kind and daily budget (dollars) of each quarter's launch."""

NEWSLETTER_BUDGET, WEBINAR_BUDGET = 8, 10
"""Dollars a day."""

WEBINAR_TOPICS = (
    "Components in practice", "From Airflow to assets", "Data contracts", "Orchestrating dbt", "Cost of a data platform",
    "Declarative automation", "Data quality at scale", "Pipelines for AI", "Self-serve platforms", "Multi-tenant deployments",
    "Testing pipelines",
)  # fmt: skip
"""Eleven, so that a topic comes back in another month of the year."""


@dataclass(frozen=True)
class Conference:
    """A conference with a booth of the company's, each year.

    Args:
        name: Of the conference.
        region: US or EMEA.
        month: Of the year.
        day: It begins on the first Tuesday from this day of the month on.
        days: How long it takes.
        daily_budget: Dollars a day.
    """

    name: str
    region: str
    month: int
    day: int
    days: int
    daily_budget: int


CONFERENCES = (
    Conference("Data Council", "US", 3, 20, 3, 1_500),
    Conference("PyCon US", "US", 5, 12, 4, 700),
    Conference("Snowflake Summit", "US", 6, 1, 4, 4_000),
    Conference("Data + AI Summit", "US", 6, 8, 4, 3_000),
    Conference("Big Data LDN", "EMEA", 9, 20, 2, 2_000),
    Conference("Coalesce", "US", 10, 8, 4, 3_500),
    Conference("re:Invent", "US", 12, 1, 4, 2_500),
)
