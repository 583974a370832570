"""The words on GitHub: labels, titles, bodies, comments, discussion categories.

What belongs here: word lists and how a title or a body is put together from them. What does not: who writes when.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_open_platform_local.company.hashing import Draws, thresholds


@dataclass(frozen=True)
class Label:
    """A label of a repository.

    Args:
        name: As shown.
        color: Six hexadecimal digits, without `#`, as GitHub gives it.
        description: What it is for.
    """

    name: str
    color: str
    description: str


TYPE_LABELS = (
    Label("type: bug", "d73a4a", "Something does not work"),
    Label("type: feature-request", "a2eeef", "Something that does not exist yet"),
    Label("type: documentation", "0075ca", "The docs are wrong or silent"),
    Label("type: troubleshooting", "fbca04", "A question about an error"),
)
AREA_LABELS = (
    Label("area: asset", "c5def5", "Assets and their graph"),
    Label("area: automation", "c5def5", "Schedules, sensors, conditions"),
    Label("area: partitions", "c5def5", "Partitions and backfills"),
    Label("area: UI", "c5def5", "The web interface"),
    Label("area: execution", "c5def5", "Executors and run launchers"),
    Label("area: components", "c5def5", "Components and the dg command"),
    Label("integration: dbt", "bfd4f2", "dagster-dbt"),
    Label("integration: snowflake", "bfd4f2", "dagster-snowflake"),
    Label("integration: k8s", "bfd4f2", "dagster-k8s and the Helm chart"),
    Label("integration: aws", "bfd4f2", "dagster-aws"),
)
EXTRA_LABELS = (
    Label("good first issue", "7057ff", "Small and well described"),
    Label("needs: reproduction", "e99695", "Nobody could see it happen yet"),
)
STALE_LABEL = Label("stale", "ededed", "Quiet for a long time")
LABELS = (*TYPE_LABELS, *AREA_LABELS, *EXTRA_LABELS, STALE_LABEL)

CATEGORIES = ("Q&A", "Ideas", "General", "Show and tell", "Announcements")
CATEGORY_WEIGHTS = thresholds([62, 20, 12, 5, 1])
ANSWERABLE = 0
"""Index of the one category in which a comment can be marked as the answer."""

_SUBJECTS = (
    ("asset checks", "asset keys", "multi-assets", "source assets", "asset metadata"),
    ("automation conditions", "sensors", "cron schedules", "declarative automation", "tick evaluation"),
    ("weekly partitions", "single-run backfills", "dynamic partitions", "partition mappings", "time windows"),
    ("the lineage graph", "the run timeline", "the asset catalog", "the launchpad", "log filters"),
    (
        "the multiprocess executor",
        "run retries",
        "step resource limits",
        "concurrency pools",
        "the run queue",
    ),
    ("YAML components", "dg scaffold", "dg check yaml", "component templates", "custom component types"),
    (
        "dbt model selection",
        "dbt snapshots",
        "dbt test results",
        "the dbt translator",
        "incremental dbt models",
    ),
    (
        "the Snowflake I/O manager",
        "key-pair authentication",
        "Snowflake timestamps",
        "query tags",
        "warehouse sizes",
    ),
    ("the Helm chart", "pod tolerations", "the k8s run launcher", "sidecar containers", "image pull secrets"),
    ("the S3 I/O manager", "ECS task definitions", "the Pipes S3 reader", "assumed roles", "Athena queries"),
)
_BUG_FORMS = (
    "{subject} fail after the upgrade to 1.13.{n}",
    "Wrong result from {subject} when a backfill is cancelled",
    "{subject}: timeout with more than {n}00 assets",
    "Cannot pickle the context when {subject} run in a subprocess",
    "{subject} silently ignore configuration from the environment",
)
_REQUEST_FORMS = (
    "Allow {subject} to be configured per environment",
    "Expose {subject} through the GraphQL API",
    "Make {subject} testable without an instance",
    "Support for tags on {subject}",
)
_DOCS_FORMS = ("Document {subject}", "The example for {subject} does not run", "Unclear page: {subject}")
_QUESTION_FORMS = (
    "How do I use {subject} with {n} code locations?",
    "Best practice for {subject}?",
    "{subject} in a monorepo",
    "What replaces the old way of doing {subject}?",
)
_FORMS = (_BUG_FORMS, _REQUEST_FORMS, _DOCS_FORMS, _QUESTION_FORMS)
_BODIES = (
    "### What happened?\n\nSince last week {subject} do not do what the page says. Nothing in the logs.\n\n"
    "### Version\n\n1.13.{n}\n\n### Deployment\n\nHelm chart\n",
    "We run about {n}00 assets. With {subject} the daemon needs minutes for what took seconds.\n\n"
    "```python\n@dg.asset\ndef numbers() -> None: ...\n```\n",
    "I would like {subject} to take an argument. Today every team writes its own wrapper.\n",
    "Context: {n} engineers, one code location. What do others do about {subject}?\n",
    "",
)
_COMMENTS = (
    "Same here, with {n} partitions.",
    "Thanks for the report! Could you share a small definition that shows it?",
    "This works for me on 1.13.{n}. Which executor do you use?",
    "+1, we patch this in our fork and would rather not.",
    "Fixed on the main branch; it goes out with the next weekly release.",
    "A workaround until then: set the tag on the job instead of the asset.",
    "Any news on this? It blocks our migration.",
    "I looked at it for {n} minutes: the cursor is read before the tick is written.",
)


def titles(draws: Draws, kinds: NDArray[np.int64], areas: NDArray[np.int64]) -> list[str]:
    """A title for each item.

    Args:
        draws: The columns of the items.
        kinds: Index into `TYPE_LABELS`.
        areas: Index into `AREA_LABELS`.
    """
    return [
        _capitalised(_FORMS[kind][form % len(_FORMS[kind])].format(subject=_SUBJECTS[area][subject], n=n))
        for kind, area, form, subject, n in zip(
            kinds.tolist(),
            areas.tolist(),
            draws.below("title_form", 60).tolist(),
            draws.below("subject", 5).tolist(),
            (draws.below("title_n", 26) + 2).tolist(),
            strict=True,
        )
    ]


def bodies(draws: Draws, areas: NDArray[np.int64]) -> list[str]:
    """The first post of each item; some are empty, as GitHub allows."""
    form = draws.pick("body_form", thresholds([40, 20, 20, 15, 5])).tolist()
    subject = draws.below("subject", 5).tolist()
    n = (draws.below("body_n", 26) + 2).tolist()
    return [
        _BODIES[f].format(subject=_SUBJECTS[area][s], n=k)
        for f, area, s, k in zip(form, areas.tolist(), subject, n, strict=True)
    ]


def comment_bodies(draws: Draws) -> list[str]:
    """The text of each comment."""
    form = draws.below("body_form", len(_COMMENTS)).tolist()
    n = (draws.below("body_n", 58) + 2).tolist()
    return [_COMMENTS[f].format(n=k) for f, k in zip(form, n, strict=True)]


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]


def node_ids(prefixes: Sequence[str], draws: Draws) -> list[str]:
    """Opaque global ids in the form of GitHub's: a prefix for the type, then 16 digits.

    See https://docs.github.com/en/graphql/guides/using-global-node-ids.
    """
    return [
        f"{prefix}_kw{bits:016x}"
        for prefix, bits in zip(prefixes, draws.bits("node_id").tolist(), strict=True)
    ]


def names_of(labels: Sequence[Label]) -> list[str]:
    """The names of labels."""
    return [label.name for label in labels]
