"""Deals, as Outreach copies them from Salesforce.

What belongs here: `opportunity`, `opportunity_stage`, `opportunity_prospect_role`. What does not: which deals there are
(`company/commercial/deals.py`).

The dirt in it: amounts are whole numbers here; the expected close date has a time of day.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.deals import KINDS, PROBABILITIES, STAGES, WON
from dagster_open_platform_local.company.fivetran.outreach.facts import Facts
from dagster_open_platform_local.company.fivetran.outreach.tables import (
    few,
    outreach_since,
    repeated,
    table,
    user_ids,
)
from dagster_open_platform_local.company.fivetran.salesforce.opportunities import (
    main_contacts,
    opportunity_names,
)
from dagster_open_platform_local.company.product.columns import Columns, choice, moments


def opportunity_tables(known: Facts) -> dict[str, pa.Table]:
    """The tables of deals."""
    stages = [
        {"id": number, "name": name, "order": number, "is_closed": number > WON}
        for number, name in enumerate(STAGES, start=1)
    ]
    return {
        "opportunity": _opportunities(known),
        "opportunity_stage": few(known, "opportunity_stage", "opportunityStage", stages),
        "opportunity_prospect_role": _roles(known),
    }


def _opportunities(known: Facts) -> pa.Table:
    crm, deals, size = known.crm, known.crm.deals, known.crm.deals.number.size
    created = np.minimum(np.maximum(deals.created, outreach_since(known)) + 300, crm.now - 1)
    numbers = crm.accounts.number
    columns: Columns = {
        "id": pa.array(deals.number),
        "type": repeated("opportunity", size),
        "name": opportunity_names(crm),
        "relationship_account_id": pa.array(numbers[deals.account] if numbers.size else deals.account),
        "relationship_owner_id": pa.array(user_ids(deals.owner)),
        "relationship_creator_id": pa.array(user_ids(deals.owner)),
        "relationship_opportunity_stage_id": pa.array(deals.stage + 1),
        "amount": pa.array(deals.amount_cents // 100, mask=~deals.has_amount),
        "currency_type": deals.currency,
        "probability": pa.array(np.array(PROBABILITIES)[deals.stage]),
        "opportunity_type": choice(KINDS, deals.kind),
        "close_date": moments(deals.close),
        "external_created_at": moments(deals.created),
        "created_at": moments(created),
        "updated_at": moments(np.maximum(created, deals.changed)),
    }
    return table("opportunity", columns)


def _roles(known: Facts) -> pa.Table:
    """The main contact of each deal who is a prospect as well."""
    crm, deals = known.crm, known.crm.deals
    here = np.full(crm.contacts.number.size + 1, -1, dtype=np.int64)
    here[known.prospect] = np.arange(known.prospect.size)
    prospect = here[main_contacts(crm)]
    index = np.flatnonzero(prospect >= 0)
    prospect = prospect[index]
    created = np.minimum(np.maximum(deals.created[index], known.added[prospect]), crm.now - 1)
    columns: Columns = {
        "id": pa.array(deals.number[index]),
        "type": repeated("opportunityProspectRole", index.size),
        "relationship_opportunity_id": pa.array(deals.number[index]),
        "relationship_prospect_id": pa.array(known.prospect_id[prospect]),
        "primary": pa.array(np.ones(index.size, dtype=np.bool_)),
        "created_at": moments(created),
        "updated_at": moments(created),
    }
    return table("opportunity_prospect_role", columns)
