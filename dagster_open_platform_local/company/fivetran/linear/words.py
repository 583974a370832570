"""The words in Linear: what teams call their own issues, and what they say of them.

What belongs here: word lists and how a text is put together. What does not: who writes when.

The texts that break careless copies (`product/texts.py`) are among the comments, as people paste them.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.product.texts import ODDITIES

_ODD_PER_MILLE = 12
_VERBS = (
    "Speed up",
    "Rework",
    "Add tests for",
    "Remove",
    "Document",
    "Move",
    "Cache",
    "Limit",
    "Fix",
    "Design",
)
_THINGS = (
    ("the asset graph", "partition keys", "the daemon's tick loop", "run tags", "the event log", "asset checks"),
    ("the agent's queue", "alert policies", "branch deployments", "the usage page", "single sign-on", "audit log export"),
    ("the dbt translator", "the Snowflake resource", "the Sling component", "the S3 reader", "the Fivetran component", "key pairs"),
    ("the run timeline", "the lineage graph", "keyboard shortcuts", "dark mode", "the catalog search", "log filters"),
    ("the EU region", "database failover", "the run monitor", "node pools", "the image builder", "secrets rotation"),
    ("the warehouse's clones", "usage metrics", "the ARR model", "Slack exports", "staging models", "freshness checks"),
    ("the renewal playbook", "health scores", "the onboarding checklist", "QBR slides", "the support rota", "reference calls"),
)  # fmt: skip
"""By team."""
_COMMENTS = (
    "I can take this after the release.",
    "Reproduced on main. The {thing} path is wrong since the last refactoring.",
    "Customers asked again, {n} of them this month.",
    "Let's cut the scope: {thing} only.",
    "Blocked by the migration.",
    "PR is up, needs a second pair of eyes.",
    "Measured it: {n} s before, {m} s after.",
    "Moved to the next cycle.",
    "Is this still relevant?",
    "Done, will be in the next weekly release.",
)
_PARTS = ("cursor", "cache", "retry", "parser", "scheduler", "migration")


def titles_of(draws: Draws, team: Integers) -> list[str]:
    """What a team calls each of its issues; some titles repeat.

    Args:
        draws: The columns of the issues.
        team: Index of the team of each.
    """
    verb, thing = draws.below("verb", len(_VERBS)).tolist(), draws.below("thing", len(_THINGS[0])).tolist()
    return [
        f"{_VERBS[one]} {_THINGS[own][two]}" for one, own, two in zip(verb, team.tolist(), thing, strict=True)
    ]


def comments_of(draws: Draws) -> list[str]:
    """The text of each comment.

    Args:
        draws: The columns of the comments.
    """
    form, part = draws.below("form", len(_COMMENTS)).tolist(), draws.below("part", len(_PARTS)).tolist()
    n, m = (draws.below("n", 40) + 3).tolist(), (draws.below("m", 9) + 1).tolist()
    odd, which = draws.below("odd", 1000).tolist(), draws.below("oddity", len(ODDITIES)).tolist()
    return [
        ODDITIES[which[i]]
        if odd[i] < _ODD_PER_MILLE
        else _COMMENTS[each].format(thing=_PARTS[part[i]], n=n[i], m=m[i])
        for i, each in enumerate(form)
    ]


def paragraphs(texts: list[str], absent: np.ndarray) -> pa.Array:
    """Texts as Linear keeps a body beside its Markdown: a ProseMirror document in JSON; null where marked."""
    import json

    made = [
        json.dumps(
            {
                "type": "doc",
                "content": [{"type": "paragraph", "content": [{"type": "text", "text": each}]}]
                if each
                else [],
            }
        )
        for each in texts
    ]
    return pa.array(made, pa.string(), mask=absent)
