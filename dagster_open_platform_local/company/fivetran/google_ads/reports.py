"""Google Ads' daily reports.

What belongs here: the rows of the *_stats tables. What does not: the numbers (`advertising/performance.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.fivetran.advertising.grouping import grouped
from dagster_open_platform_local.company.fivetran.advertising.parts import (
    DEVICES,
    SLOTS,
)
from dagster_open_platform_local.company.fivetran.advertising.performance import (
    Measures,
    Performance,
    performance,
)
from dagster_open_platform_local.company.fivetran.advertising.tables import days, fivetran_ids
from dagster_open_platform_local.company.fivetran.advertising.terms import keyword_texts, searched_terms
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.fivetran.google_ads.ids import (
    account_id,
    ad_id,
    campaign_id,
    group_id,
    keyword_id,
)
from dagster_open_platform_local.company.product.columns import Integers, choice, joined
from dagster_open_platform_local.company.settings import CompanySettings

CONVERSION_VALUE = 250.0
"""What a sign-up is worth in the account's currency, as somebody once entered it."""
_SCHEMA = "google_ads"
_NETWORKS = {"search": 0, "performance_max": 1, "display": 2, "video": 3}
_NETWORK_NAMES = ("SEARCH", "MIXED", "CONTENT", "YOUTUBE")
_INTERACTIONS = ('["CLICK"]', '["CLICK", "ENGAGEMENT"]', '["CLICK"]', '["VIDEO_VIEW", "CLICK"]')
_MATCHES = ("EXACT", "NEAR_EXACT", "PHRASE", "BROAD")


@dataclass(frozen=True)
class _Reporting:
    """The performance with what its rows' campaigns are in Google's terms, an array a row."""

    settings: CompanySettings
    found: Performance
    account: Integers
    network: Integers
    number: Integers

    def table(
        self,
        name: str,
        row: Integers,
        device: Integers | None,
        measures: Measures,
        columns: Mapping[str, Values],
        keys: Sequence[Integers] = (),
    ) -> pa.Table:
        """A report.

        Args:
            name: Its table.
            row: Index into the performance's rows.
            device: Index into `DEVICES`; None if the report does not tell them apart.
            measures: One-dimensional.
            columns: Those that are the report's own.
            keys: What makes a row unique beside day, campaign and device.
        """
        where = [] if device is None else [device]
        ids = fivetran_ids(
            self.settings.seed,
            f"{_SCHEMA}.{name}",
            self.found.day[row],
            self.number[row],
            *where,
            *keys,
        )
        split = (
            {}
            if device is None
            else {
                "ad_network_type": choice(_NETWORK_NAMES, self.network[row]),
                "device": choice(DEVICES, device),
            }
        )
        return assembled(
            _SCHEMA,
            name,
            {
                "_fivetran_id": ids,
                "date": days(self.found.day[row]),
                "customer_id": self.account[row],
                **split,
                **columns,
                **_metrics(measures, self.network[row]),
            },
        )


def _metrics(measures: Measures, network: Integers) -> dict[str, Values]:
    return {
        "clicks": measures.clicks,
        "conversions": measures.conversions.astype(np.float64),
        "conversions_value": measures.conversions * CONVERSION_VALUE,
        "cost_micros": measures.cost,
        "impressions": measures.impressions,
        "interactions": measures.clicks,
        "interaction_event_types": choice(_INTERACTIONS, network),
        "view_through_conversions": measures.views,
    }


def report_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The daily reports as of a date."""
    found, planned = performance(settings, today, "google"), campaigns(settings)
    owner = [planned[index] for index in found.campaign.tolist()]
    reporting = _Reporting(
        settings=settings,
        found=found,
        account=np.array([account_id(each) for each in owner], dtype=np.int64),
        network=np.array([_NETWORKS[each.kind] for each in owner], dtype=np.int64),
        number=found.campaign + 1,
    )
    return {
        "account_stats": _accounts(reporting),
        "campaign_stats": _campaigns(reporting),
        "ad_group_stats": _groups(reporting),
        "ad_stats": _ads(reporting),
        "keyword_stats": _keywords(reporting),
        "search_term_keyword_stats": _terms(reporting),
    }


def _accounts(reporting: _Reporting) -> pa.Table:
    measures = reporting.found.groups.total(1)
    cells = measures.cells()
    row, device = cells
    keys = (reporting.account[row], reporting.found.day[row], reporting.network[row], device)
    chosen, summed = grouped(keys, measures.at(cells))
    ids = fivetran_ids(reporting.settings.seed, f"{_SCHEMA}.account_stats", *(key[chosen] for key in keys))
    account, day, network, device = (key[chosen] for key in keys)
    return assembled(
        _SCHEMA,
        "account_stats",
        {
            "_fivetran_id": ids,
            "date": days(day),
            "customer_id": account,
            "ad_network_type": choice(_NETWORK_NAMES, network),
            "device": choice(DEVICES, device),
            **_metrics(summed, network),
        },
    )


def _campaigns(reporting: _Reporting) -> pa.Table:
    measures = reporting.found.groups.total(1)
    cells = measures.cells()
    row, device = cells
    identity = campaign_id(reporting.number[row])
    base = joined("customers/", reporting.account[row], "/campaigns/", identity)
    columns = {"id": identity, "base_campaign": base}
    return reporting.table("campaign_stats", row, device, measures.at(cells), columns)


def _groups(reporting: _Reporting) -> pa.Table:
    measures = reporting.found.groups
    cells = _with_groups(reporting, measures.cells())
    row, slot, device = cells
    columns = {
        "id": group_id(reporting.number[row] * SLOTS + slot),
        "campaign_id": campaign_id(reporting.number[row]),
    }
    return reporting.table("ad_group_stats", row, device, measures.at(cells), columns, [slot])


def _with_groups(reporting: _Reporting, cells: tuple[Integers, ...]) -> tuple[Integers, ...]:
    """Leave out performance max, which has no ad groups."""
    has_groups = reporting.network[cells[0]] != _NETWORKS["performance_max"]
    return tuple(axis[has_groups] for axis in cells)


def _ads(reporting: _Reporting) -> pa.Table:
    measures = reporting.found.ads
    cells = _with_groups(reporting, measures.cells())
    row, slot, device, ad = cells
    group = reporting.number[row] * SLOTS + slot
    identity = group_id(group)
    columns = {
        "ad_group": joined("customers/", reporting.account[row], "/adGroups/", identity),
        "ad_group_id": identity,
        "ad_id": ad_id(group * SLOTS + ad),
        "campaign_id": campaign_id(reporting.number[row]),
    }
    return reporting.table("ad_stats", row, device, measures.at(cells), columns, [slot, ad])


def _keywords(reporting: _Reporting) -> pa.Table:
    measures = reporting.found.keywords
    cells = measures.cells()
    row, slot, device, keyword = reporting.found.searched[cells[0]], *cells[1:]
    group = reporting.number[row] * SLOTS + slot
    columns = {
        "ad_group_criterion_criterion_id": keyword_id(group * SLOTS + keyword),
        "ad_group_id": group_id(group),
        "campaign_id": campaign_id(reporting.number[row]),
    }
    return reporting.table("keyword_stats", row, device, measures.at(cells), columns, [slot, keyword])


def _terms(reporting: _Reporting) -> pa.Table:
    found = searched_terms(reporting.settings, reporting.found)
    group = reporting.number[found.row] * SLOTS + found.group
    keyword = group * SLOTS + found.keyword
    keywords = keyword_texts(reporting.settings, reporting.found, keyword)
    criterion = joined(
        "customers/",
        reporting.account[found.row],
        "/adGroupCriteria/",
        group_id(group),
        "~",
        keyword_id(keyword),
    )
    columns = {
        "ad_group_id": group_id(group),
        "campaign_id": campaign_id(reporting.number[found.row]),
        "info_text": pa.array(keywords, pa.string()),
        "keyword_ad_group_criterion": criterion,
        "search_term": found.texts(keywords),
        "search_term_match_type": choice(_MATCHES, np.minimum(found.variant, 3)),
        "status": choice(("NONE", "ADDED"), (found.variant == 0).astype(np.int64)),
    }
    keys = [found.group, found.keyword, found.variant]
    return reporting.table("search_term_keyword_stats", found.row, None, found.measures, columns, keys)
