"""Where sessions come from.

What belongs here: source, medium, campaign and channel of each origin. What does not: how many sessions it has (`traffic.py`).
"""

from dataclasses import dataclass
from functools import lru_cache

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.fivetran.advertising.parts import SOURCES
from dagster_open_platform_local.company.settings import CompanySettings


@dataclass(frozen=True)
class Origin:
    """An origin of sessions.

    Args:
        source: Google's `sessionSource`.
        medium: Google's `sessionMedium`.
        campaign: Google's `sessionCampaignName`.
        channel: Google's default channel group.
        sessions: On a working day at the epoch, at scale 1; 0 for campaigns, which differ by day.
        engaged_per_mille: How many sessions in a thousand are engaged.
    """

    source: str
    medium: str
    campaign: str
    channel: str
    sessions: int
    engaged_per_mille: int


UNPAID = (
    Origin("(direct)", "(none)", "(direct)", "Direct", 330, 520),
    Origin("google", "organic", "(organic)", "Organic Search", 410, 610),
    Origin("bing", "organic", "(organic)", "Organic Search", 38, 590),
    Origin("duckduckgo", "organic", "(organic)", "Organic Search", 34, 600),
    Origin("github.com", "referral", "(referral)", "Referral", 96, 680),
    Origin("news.ycombinator.com", "referral", "(referral)", "Organic Social", 9, 380),
    Origin("reddit.com", "referral", "(referral)", "Organic Social", 21, 430),
    Origin("linkedin.com", "referral", "(referral)", "Organic Social", 33, 410),
    Origin("youtube.com", "referral", "(referral)", "Organic Video", 17, 560),
    Origin("chatgpt.com", "referral", "(referral)", "Referral", 42, 630),
    Origin("(not set)", "(not set)", "(not set)", "Unassigned", 6, 120),
)
DIRECT = 0
"""Index of direct visits in `UNPAID`."""
SIGN_UP_WEIGHTS = (30, 34, 3, 3, 15, 1, 2, 3, 3, 5, 1)
"""Which of them sign-ups without a campaign come from."""

_CHANNELS = {
    "search": "Paid Search",
    "performance_max": "Cross-network",
    "display": "Display",
    "video": "Paid Video",
    "social": "Paid Social",
    "newsletter": "Email",
    "nurture": "Email",
}
_ENGAGED = {"search": 560, "display": 210, "video": 240, "social": 330, "newsletter": 600, "webinar": 640}


@lru_cache(maxsize=8)
def origins(settings: CompanySettings) -> tuple[Origin, ...]:
    """All origins: that of `campaigns(settings)[i]` is at index i, those of `UNPAID` follow."""
    own = tuple(
        Origin(
            *SOURCES[each.channel],
            each.utm_campaign,
            _CHANNELS.get(each.kind, "Unassigned"),
            0,
            _ENGAGED.get(each.kind, 450),
        )
        for each in campaigns(settings)
    )
    return (*own, *UNPAID)
