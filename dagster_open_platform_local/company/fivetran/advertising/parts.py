"""What a campaign consists of: ad groups, ads, keywords, kinds of device.

What belongs here: how many of each, their numbers and names. What does not: ids and tables of a tool.

Parts are numbered through: ad group `number * 4 + slot` of its campaign, and so on; numbers stay, whatever else is added.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dagster_open_platform_local.company.commercial.campaigns import Campaign
from dagster_open_platform_local.company.fivetran.advertising.rates import is_brand

SLOTS = 4
"""Most groups a campaign, ads a group, keywords a group."""
GROUP_WEIGHTS, AD_WEIGHTS, KEYWORD_WEIGHTS, DEVICE_WEIGHTS = (64, 36), (58, 42), (55, 30, 15), (81, 19)
DEVICES = ("DESKTOP", "MOBILE")

_THEMES = {
    "brand": (
        "dagster", "dagster cloud", "dagster plus", "dagster pricing", "dagster docs", "dagster login",
    ),
    "orchestration": (
        "data orchestration", "data orchestrator", "workflow orchestration", "data pipeline tool",
        "orchestrate data pipelines", "python pipeline scheduler",
    ),
    "airflow": (
        "airflow alternative", "apache airflow alternatives", "replace airflow", "airflow vs dagster",
        "managed airflow", "migrate from airflow",
    ),
    "dbt": (
        "dbt orchestration", "schedule dbt", "dbt core scheduler", "run dbt in production", "dbt cloud alternative", "dbt airflow",
    ),
    "competitors": (
        "prefect alternative", "prefect cloud pricing", "mage ai alternative", "kestra vs dagster", "luigi python", "flyte alternative",
    ),
    "ai-pipelines": (
        "ai data pipelines", "llm pipeline orchestration", "rag pipeline", "ml pipeline orchestration", "embedding pipeline",
        "ai data engineering",
    ),
    "launch": (
        "dagster launch week", "dagster components", "data platform launch", "declarative automation", "dagster new features",
        "data observability",
    ),
}  # fmt: skip
_SEARCH_GROUPS = ("Core terms", "Long tail")
_OTHER_GROUPS = {
    "performance_max": ("All assets",),
    "display": ("Visitors, 30 days",),
    "video": ("In-stream",),
    "social": ("Interests", "Similar to customers"),
}
_ADS = ("Platform engineers", "Ship data faster")


@dataclass(frozen=True)
class Group:
    """An ad group.

    Args:
        number: Among all ad groups of all channels.
        slot: In its campaign.
        campaign: Whose it is.
        name: Its name.
        keywords: Texts, in the order of their slots; none where nothing is searched for.
    """

    number: int
    slot: int
    campaign: Campaign
    name: str
    keywords: tuple[str, ...]

    def ad_number(self, slot: int) -> int:
        """The number of one of its ads among all ads."""
        return self.number * SLOTS + slot

    def ad_name(self, slot: int) -> str:
        """The name of one of its ads."""
        return f"{_ADS[slot]} | {self.name}"

    def keyword_number(self, slot: int) -> int:
        """The number of one of its keywords among all keywords."""
        return self.number * SLOTS + slot


def group_count(campaign: Campaign) -> int:
    """How many ad groups a campaign has: 1 or 2."""
    has_one = campaign.channel in ("linkedin", "bing") or campaign.region == "EMEA" or is_brand(campaign)
    return 2 if campaign.kind in ("search", "social") and not has_one else 1


def groups_of(campaign: Campaign) -> Iterator[Group]:
    """The ad groups of a campaign."""
    keywords = _keywords(campaign) if campaign.kind == "search" else ()
    names = _SEARCH_GROUPS if campaign.kind == "search" else _OTHER_GROUPS[campaign.kind]
    for slot in range(group_count(campaign)):
        chosen = keywords[slot * len(KEYWORD_WEIGHTS) : (slot + 1) * len(KEYWORD_WEIGHTS)]
        yield Group(campaign.number * SLOTS + slot, slot, campaign, names[slot], chosen)


def _keywords(campaign: Campaign) -> tuple[str, ...]:
    theme = next((name for name in _THEMES if name in campaign.utm_campaign), "orchestration")
    return _THEMES[theme]


def landing_page(campaign: Campaign) -> str:
    """The page that a campaign's links lead to."""
    if campaign.utm_campaign.startswith("launch-"):
        return "https://dagsterlabs.example.com/launch-week"
    if "airflow" in campaign.utm_campaign:
        return "https://dagsterlabs.example.com/compare/airflow"
    return "https://dagsterlabs.example.com/" + ("" if is_brand(campaign) else "platform")


def final_url(campaign: Campaign, source: str, medium: str, content: str) -> str:
    """A campaign's link with its tags, by which Google Analytics knows the sessions.

    Args:
        campaign: Whose link it is.
        source: Tag of the source.
        medium: Tag of the medium.
        content: Tag of the ad.
    """
    tags = (
        f"utm_source={source}&utm_medium={medium}&utm_campaign={campaign.utm_campaign}&utm_content={content}"
    )
    return f"{landing_page(campaign)}?{tags}"


SOURCES = {
    "google": ("google", "cpc"),
    "linkedin": ("linkedin", "paid_social"),
    "reddit": ("reddit", "paid_social"),
    "bing": ("bing", "cpc"),
    "email": ("hubspot", "email"),
    "event": ("event", "offline"),
    "webinar": ("zoom", "webinar"),
}
"""Source and medium in the links of each channel."""
