"""The sheets of sales and marketing: territories, events, competitors.

What belongs here: territory_assignments, event_calendar, competitor_watchlist. What does not: what they cost (`finance.py`).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.commercial.staff import SalesPerson, sales_people
from dagster_open_platform_local.company.fivetran.google_sheets.cells import (
    Row,
    below,
    chance,
    draws_of,
    typed_address,
)
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

_COUNTRIES = ("US", "GB", "DE", "FR", "NL", "CA", "AU", "IN", "BR", "SE", "ES", "IL", "SG", "JP", "PL", "CH")
_SIZES = (("SMB", 1, 99), ("Mid-market", 100, 999), ("Enterprise", 1_000, None))
_REVIEW_DAYS = 30
_AHEAD_DAYS = 180
_PLACES = {"US": ("San Francisco", "US"), "EMEA": ("London", "GB")}
_COMPETITORS = (
    ("Cumulus Flow", "orchestrator", False, 120.0, "Series C"), ("OpenDAG", "orchestrator", True, None, None),
    ("Tidemark", "orchestrator", False, 46.5, "Series B"), ("Lineage Labs", "catalog", False, 18.0, "Series A"),
    ("Cronos", "scheduler", True, None, None), ("Pipewright", "ETL", False, 260.0, "Series D"),
    ("QuarryDB", "warehouse", False, 900.0, "IPO"), ("Sluice", "ETL", True, 5.2, "Seed"),
)  # fmt: skip


def territory_assignments(settings: CompanySettings, today: date) -> Iterator[Row]:
    """A row for each time a country's segment passed from one account executive to the next."""
    people = sales_people(settings, today)
    executives, developers = ([each for each in people if each.role == role] for role in ("AE", "SDR"))
    for place, country in enumerate(_COUNTRIES):
        for size, (segment, least, most) in enumerate(_SIZES):
            draws = draws_of(settings, "territories", place, size)
            # As of the first sheet, whoever was there; then one by one as they leave.
            seller: SalesPerson | None = executives[below(draws, "first", min(3, len(executives)))]
            since = 0
            while seller is not None:
                since = max(since, seller.hired)
                developer = developers[below(draws, f"developer_{seller.number}", len(developers[:4]))]
                gone = seller.left < NEVER
                yield {
                    "territory": f"{country} {segment}", "segment": segment, "country_code": _typed_country(country, place + size),
                    "account_executive_email": typed_address(draws, seller.email), "sdr_email": developer.email,
                    "effective_from": _day(since), "effective_to": _day(seller.left) if gone else None,
                    "min_employees": least, "max_employees": most,
                }  # fmt: skip
                since = seller.left
                after = [each for each in executives if each.hired <= seller.left < each.left]
                seller = after[below(draws, f"after_{seller.number}", len(after))] if gone and after else None


def _typed_country(code: str, place: int) -> str:
    return "UK" if code == "GB" and place % 2 else code.lower() if place % 17 == 5 else code


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


def event_calendar(settings: CompanySettings, today: date) -> Iterator[Row]:
    """Conferences and webinars since a year ago, and those of the next half year, by their start."""
    marketing = [each for each in sales_people(settings, today) if each.role == "MARKETING"]
    first, last = today - timedelta(days=365), today + timedelta(days=_AHEAD_DAYS)
    for each in campaigns(settings):
        if each.channel not in ("event", "webinar") or each.end is None or not first <= each.end <= last:
            continue
        draws = draws_of(settings, "event_calendar", each.number)
        start = each.start if each.channel == "event" else each.end
        city, country = (
            _PLACES.get(each.region, (None, None)) if each.channel == "event" else ("online", None)
        )
        canceled = each.channel == "event" and chance(draws, "canceled", 0.05)
        status = (
            "canceled"
            if canceled
            else "done"
            if each.end < today
            else "Confirmed"
            if chance(draws, "sure", 0.8)
            else "tbc"
        )
        days = (each.end - each.start).days + 1
        yield {
            "event_name": each.name, "type": "Conference" if each.channel == "event" else "webinar",
            "utm_campaign": None if chance(draws, "untagged", 0.05) else each.utm_campaign, "start_date": start,
            "end_date": each.end, "city": city, "country": country, "status": status,
            "owner_email": typed_address(draws, marketing[below(draws, "owner", min(2, len(marketing)))].email) if marketing else None,
            "budget_usd": each.daily_budget_cents * days / 100, "expected_leads": 20 + below(draws, "leads", 280),
            "booth_number": f"{'ABCD'[below(draws, 'hall', 4)]}{below(draws, 'booth', 400)}" if each.channel == "event" else None,
        }  # fmt: skip


def competitor_watchlist(settings: CompanySettings, today: date) -> Iterator[Row]:
    """A row a competitor, reviewed about once a month; the list has grown since the epoch."""
    marketing = [each for each in sales_people(settings, today) if each.role == "MARKETING"]
    age = (today - settings.epoch).days
    for place, (name, category, is_open, raised, funding) in enumerate(_COMPETITORS):
        if place >= 5 and age < 20 * (place - 4):
            continue
        draws = draws_of(settings, "competitor_watchlist", place)
        review = max((age - below(draws, "review", _REVIEW_DAYS)) // _REVIEW_DAYS * _REVIEW_DAYS, 0)
        moment = unix_seconds(settings.epoch) + review * DAY_SECONDS + below(draws, "second", DAY_SECONDS)
        moment = min(moment, unix_seconds(today) - 1)
        wins = draws_of(settings, "competitor_wins", place, review // _REVIEW_DAYS)
        slug = name.lower().replace(" ", "")
        yield {
            "competitor": name, "website": f"https://{slug}.example.com", "category": category, "open_source": is_open,
            "last_funding_round": funding, "last_funding_usd_m": raised,
            "we_win_against_them": ("mostly", "50/50", "rarely", "?")[below(wins, "wins", 4)],
            "last_reviewed": datetime.fromtimestamp(moment, UTC).replace(tzinfo=None),
            "reviewer": marketing[0].first_name if marketing else None,
            "battlecard_url": f"https://docs.example.com/battlecards/{slug}" if chance(draws, "card", 0.7) else None,
        }  # fmt: skip
