"""What became of the mailings that sequences sent.

What belongs here: these facts, in numpy arrays. What does not: which mailings there are (`engagement.py`), tables.
"""

from dataclasses import dataclass

import numpy as np

from dagster_open_platform_local.company.fivetran.outreach.catalogue import EMAIL, MANUAL_EMAIL, STATES
from dagster_open_platform_local.company.fivetran.outreach.engagement import States, Steps
from dagster_open_platform_local.company.fivetran.salesforce.records import Crm
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import Integers

_DAY = DAY_SECONDS


@dataclass(frozen=True)
class Mailings:
    """What became of the mailings.

    Args:
        step: Index into the steps of each.
        delivered: When it was delivered; `NEVER` if it bounced.
        bounced: When it bounced; `NEVER` if it did not.
        opened: When it was first opened; `NEVER` if it was not.
        clicked: When a link in it was first followed; `NEVER` if none was.
        replied: When it was replied to; `NEVER` if it was not.
        unsubscribed: When its link to opt out was followed; `NEVER` if it was not.
        opens: How often it was opened.
        clicks: How often a link was followed.
    """

    step: Integers
    delivered: Integers
    bounced: Integers
    opened: Integers
    clicked: Integers
    replied: Integers
    unsubscribed: Integers
    opens: Integers
    clicks: Integers


def mailings(crm: Crm, states: States, steps: Steps) -> Mailings:
    """What became of the mailings.

    Args:
        crm: What Salesforce knows.
        states: Who was put into which sequence.
        steps: The steps that have come.
    """
    now = crm.now
    index = steps.of(EMAIL, MANUAL_EMAIL)
    state, moment = steps.state[index], steps.moment[index]
    draws = crm.draws("outreach_mailing", steps.ids[index])
    # The step after which the sequence ended early is the last that came.
    ends = steps.is_last[index]
    bounced = np.where(ends & (states.state[state] == STATES.index("bounced")), states.ended[state], NEVER)
    replied = np.where(ends, states.replied[state], NEVER)
    left = np.where(ends & (states.state[state] == STATES.index("opted_out")), states.ended[state], NEVER)
    delivered = np.where(bounced < NEVER, NEVER, moment + draws.below("delivery", 90) + 1)
    opened = np.where(
        draws.chance("opened", 0.46), delivered + draws.quantile("open", (30, 1200, 9000, 3 * _DAY)), NEVER
    )
    answered = np.minimum(replied, left)
    opened = np.where(answered < NEVER, np.minimum(opened, answered - 30), opened)
    opened = np.where((bounced < NEVER) | (opened >= now), NEVER, opened)
    clicked = np.where(draws.chance("clicked", 0.12) & (opened < NEVER), opened + 20, NEVER)
    clicked = np.where(clicked < now, clicked, NEVER)
    return Mailings(
        index,
        np.where(delivered < now, delivered, NEVER),
        bounced,
        opened,
        clicked,
        replied,
        left,
        np.where(opened < NEVER, 1 + draws.quantile("opens", (0, 0, 1, 2, 9)), 0),
        np.where(clicked < NEVER, 1 + draws.below("clicks", 3), 0),
    )
