"""The rows of what is said of Linear's issues and attached to them: comments, links, customers and their requests.

What belongs here: those rows. What does not: the issues.

A customer is an organization that pays; about half of them ever asked for something. The link of an issue that came from GitHub stays
when the issue is deleted there. 3 % of the comments are deleted after some days and gone; texts hold what people paste
(`product/texts.py`).
"""

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import CrmAccounts, crm_accounts
from dagster_open_platform_local.company.fivetran.assembly import assembled
from dagster_open_platform_local.company.fivetran.incident_io.follow_ups import follow_ups
from dagster_open_platform_local.company.fivetran.linear.births import (
    CUSTOMER,
    GITHUB,
    INCIDENT,
    github_items,
)
from dagster_open_platform_local.company.fivetran.linear.projects import members_of
from dagster_open_platform_local.company.fivetran.linear.teams import IN_REVIEW, ids, since
from dagster_open_platform_local.company.fivetran.linear.view import URL, View, picked
from dagster_open_platform_local.company.fivetran.linear.words import comments_of, paragraphs
from dagster_open_platform_local.company.github_items import REPOSITORIES
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import Integers, choice, joined, moments, only
from dagster_open_platform_local.company.product.happenings import happens

_DAY, _HOUR = DAY_SECONDS, 3600
_COUNTS = np.array((0, 1, 2, 3, 5, 9), dtype=np.int64)
_COUNT_WEIGHTS = thresholds([36, 26, 16, 12, 8, 2])
_REPLY_GAPS = (300, 2 * _HOUR, _DAY, 5 * _DAY, 30 * _DAY)
_TIERS = ("SOLO", "STARTER", "PRO", "ENTERPRISE")
_INCIDENTS_URL = "https://app.incident.io/dagster-labs/incidents"


@dataclass(frozen=True)
class Comments:
    """Comments that are there, by issue and time.

    Args:
        keys: Each one's, the same on every date.
        issue: Index of its issue.
        created: Unix seconds.
        edited: Unix seconds; `NEVER` if it was not.
        reply_to: Index of the comment that it answers; -1 if none.
    """

    keys: Integers
    issue: Integers
    created: Integers
    edited: Integers
    reply_to: Integers

    def last(self, count: int) -> Integers:
        """When each of so many issues was last commented on, in Unix seconds; 0 if never."""
        found = np.zeros(count, dtype=np.int64)
        np.maximum.at(found, self.issue, self.created)
        return found


def comments(found: View) -> Comments:
    """The comments on the issues that are there."""
    born, seed = found.issues.born, found.settings.seed
    counts = _COUNTS[born.draws(seed).pick("comments", _COUNT_WEIGHTS)]
    issue = np.repeat(np.arange(counts.size, dtype=np.int64), counts)
    place = np.arange(issue.size, dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    keys = born.keys[issue] << 4 | place
    draws = Draws(seed, "linear_comments", keys)
    elapsed = np.cumsum(draws.quantile("gap", _REPLY_GAPS))
    before = np.concatenate(([0], elapsed))[np.cumsum(counts) - counts]
    created = born.created[issue] + elapsed - before[issue]
    gone = happens(draws, "deleted", 0.03, created, (_HOUR, _DAY, 9 * _DAY))
    there = (created < found.now) & (gone >= found.now)
    keys, issue, created = keys[there], issue[there], created[there]
    draws = Draws(seed, "linear_comments", keys)
    first = np.searchsorted(issue, issue)
    replies = draws.chance("reply", 0.25) & (first < np.arange(issue.size))
    edited = happens(draws, "edited", 0.08, created, (60, _HOUR, _DAY))
    return Comments(keys, issue, created, edited, np.where(replies, first, -1))


def talk_tables(found: View, said: Comments) -> dict[str, pa.Table]:
    """Those tables by name."""
    return {"comment": _comments(found, said), **_attachments(found), **_customers(found)}


def _comments(found: View, said: Comments) -> pa.Table:
    settings, born = found.settings, found.issues.born
    draws = Draws(settings.seed, "linear_comments", said.keys)
    own = pa.array(ids(settings, "comment", said.keys), pa.string())
    from_github = (born.origin[said.issue] == GITHUB) & draws.chance("synced", 0.3)
    writer = members_of(found.people, born.team[said.issue], draws, "user", said.created)
    texts = comments_of(draws)
    bot = pa.array(ids(settings, "external_user", np.zeros(1, dtype=np.int64)), pa.string())
    identifiers = pa.array(born.identifiers, pa.string()).take(pa.array(said.issue))
    return assembled(
        "linear",
        "comment",
        {
            "id": own,
            "external_user_id": picked(bot, np.where(from_github, 0, -1)),
            "issue_id": found.issue_ids.take(pa.array(said.issue)),
            "parent_id": picked(own, said.reply_to),
            "user_id": picked(found.user_ids, np.where(from_github, -1, writer)),
            "body": texts,
            "body_data": paragraphs(texts, draws.chance("no_body_data", 0.02)),
            "reaction_data": pa.repeat(pa.scalar("[]"), said.keys.size),
            "created_at": moments(said.created),
            "edited_at": found.come(said.edited),
            "updated_at": moments(np.where(said.edited < found.now, said.edited, said.created)),
            "url": joined(
                f"{URL}/issue/", identifiers, "#comment-", pa.array([i[:8] for i in own.to_pylist()])
            ),
        },
    )


def _attachments(found: View) -> dict[str, pa.Table]:
    """GitHub's issues, pull requests, incidents: a link each; and what the links to GitHub tell besides."""
    born = found.issues.born
    github, incident = np.flatnonzero(born.origin == GITHUB), np.flatnonzero(born.origin == INCIDENT)
    opened = found.issues.reached(IN_REVIEW)
    pull = np.flatnonzero(opened < NEVER)
    items = github_items(found.settings, found.today)
    source = born.source[github]
    names = [REPOSITORIES[each].name for each in items.repository[source].tolist()]
    numbers = items.number[source].tolist()
    urls = [f"https://github.com/{name}/issues/{number}" for name, number in zip(names, numbers, strict=True)]
    number = Draws(found.settings.seed, "linear_pulls", born.keys[pull]).below("number", 9_000) + 21_000
    made = follow_ups(found.settings, found.today)
    reports = made[0].numbers[made[1].incident[born.source[incident]]].tolist()
    urls += [f"https://github.com/{REPOSITORIES[0].name}/pull/{each}" for each in number.tolist()]
    urls += [f"{_INCIDENTS_URL}/{each}" for each in reports]
    titles = [found.titles[i] for i in (*github.tolist(), *pull.tolist())] + [f"INC-{i}" for i in reports]
    index = np.concatenate([github, pull, incident])
    created = np.concatenate([born.created[github], opened[pull], born.created[incident]])
    kind = np.repeat(np.arange(3, dtype=np.int64), [github.size, pull.size, incident.size])
    own = ids(found.settings, "attachment", born.keys[index] << 2 | kind)
    table = assembled(
        "linear",
        "attachment",
        {
            "id": own,
            "issue_id": found.issue_ids.take(pa.array(index)),
            "title": titles,
            "subtitle": choice(("Issue", "Pull request", "Follow-up"), kind),
            "url": urls,
            "group_by_source": pa.array(np.where(kind == 2, "false", "true"), pa.string()),
            "source_type": choice(("github", "github", "incidentIo"), kind),
            "source": choice(('{"type": "github"}', '{"type": "github"}', '{"type": "api"}'), kind),
            "created_at": moments(created),
            "updated_at": moments(created),
        },
    )
    metadata = assembled(
        "linear",
        "attachment_metadata",
        {
            "attachment_id": [each for each in own[: github.size] for _ in range(2)],
            "name": ["repoName", "number"] * github.size,
            "value": [text for pair in zip(names, map(str, numbers), strict=True) for text in pair],
        },
    )
    return {"attachment": table, "attachment_metadata": metadata}


def _customers(found: View) -> dict[str, pa.Table]:
    """Who asked for something, and for what."""
    accounts = crm_accounts(found.settings, found.today)
    born = found.issues.born
    asked = np.flatnonzero(born.origin == CUSTOMER)
    draws = Draws(found.settings.seed, "linear_requests", born.keys[asked])
    account = _account_of(accounts, draws, born.created[asked])
    asked, account = asked[account >= 0], account[account >= 0]
    known, first = np.unique(account, return_index=True)
    customer_ids = pa.array(ids(found.settings, "customer", accounts.number[known]), pa.string())
    draws = Draws(found.settings.seed, "linear_requests", born.keys[asked])
    by = members_of(found.people, np.full(asked.size, 6, dtype=np.int64), draws, "user", born.created[asked])
    body = joined(
        "They need this for ",
        choice(("a renewal", "a proof of concept", "an audit", "a migration"), draws.below("why", 4)),
        ".",
    )
    created = born.created[asked] + 90
    requests = assembled(
        "linear",
        "customer_request",
        {
            "id": ids(found.settings, "customer_request", born.keys[asked]),
            "creator_id": picked(found.user_ids, by),
            "customer_id": customer_ids.take(pa.array(np.searchsorted(known, account))),
            "issue_id": found.issue_ids.take(pa.array(asked)),
            "original_issue_id": found.issue_ids.take(pa.array(asked)),
            "body": only(body, ~draws.chance("bare", 0.2)),
            "priority": draws.below("important", 2).astype(np.float64),
            "created_at": found.come(created),
            "updated_at": found.come(created),
        },
    ).filter(pa.array(created < found.now))
    return {
        "customer": _customer_rows(found, accounts, known, born.created[asked][first], customer_ids),
        "customer_request": requests,
    }


def _account_of(accounts: CrmAccounts, draws: Draws, moment: Integers) -> Integers:
    """Index of an account that paid when each request was made; half of them never ask. -1 where nobody paid yet."""
    asks = Draws(draws.seed, "linear_customers", accounts.number).chance("asks", 0.5)
    chosen = np.flatnonzero((accounts.billed < NEVER) & (accounts.duplicate_of < 0) & asks)
    chosen = chosen[np.argsort(accounts.billed[chosen], kind="stable")]
    bound = np.searchsorted(accounts.billed[chosen], moment)
    place = draws.below_each("account", np.maximum(bound, 1))
    return np.where(bound > 0, chosen[place] if chosen.size else -1, -1)


def _customer_rows(
    found: View, accounts: CrmAccounts, known: Integers, since_request: Integers, own: pa.Array
) -> pa.Table:
    index = pa.array(known)
    domains, plans = accounts.domain.take(index).to_pylist(), accounts.plan.take(index).to_pylist()
    created = np.maximum(since_request, since(found.settings))
    tiers = ids(found.settings, "customer_tier", np.arange(len(_TIERS)))
    return assembled(
        "linear",
        "customer",
        {
            "id": own,
            "name": accounts.name.take(index),
            "domains": [json.dumps([each]) for each in domains],
            "external_ids": [json.dumps([each]) for each in accounts.public_id.take(index).to_pylist()],
            "size": accounts.employees.take(index),
            "tier_id": [tiers[_TIERS.index(each)] for each in plans],
            "tier_name": [each.lower() for each in plans],
            "tier_display_name": [each.title() for each in plans],
            "slug_id": [each.partition(".")[0] for each in domains],
            "created_at": moments(created),
            "updated_at": moments(created),
            "url": [f"{URL}/customer/{each.partition('.')[0]}" for each in domains],
        },
    )
