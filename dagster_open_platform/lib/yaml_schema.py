"""What fields of Dagster's own models mean, where Dagster does not say it or gives no example.

What belongs here: fields that our components take over from Dagster, such as those of an asset. What does not: our own fields, which are
explained where they are declared.

Editors complete and explain YAML by a component's JSON schema, and so do `dg utils inspect-component`, the UI's component docs and the
reference pages.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Explanation:
    """Of a field.

    Args:
        examples: Values as YAML has them.
        description: Where Dagster has none.
        instead: Whether the examples take the place of Dagster's, which are of no use here.
    """

    examples: tuple[Any, ...]
    description: str | None = None
    instead: bool = False


OFFSETS = "of the first partition, and so of all, after the full {}."
EXPLANATIONS: Mapping[str, Explanation] = {
    # Assets
    "key": Explanation(("purina/finance/invoices",), "Key of the asset."),
    "key_prefix": Explanation((["purina", "finance"],)),
    "description": Explanation(("One row per invoice.",), "What it is, for those who meet it in the UI."),
    "group_name": Explanation(("finance",)),
    "metadata": Explanation(
        ({"dagster/table_name": "purina.finance.invoices"},), "More that is shown of it."
    ),
    "skippable": Explanation((True,)),
    "tags": Explanation(({"tier": "raw"},)),
    "automation_condition": Explanation(
        ("{{ ingest_on_cron('0 6 * * *') }}", "{{ on_inputs_updated() }}"),
        "When it is made by itself: a template that calls one of the platform's policies.",
    ),
    "partitions_def": Explanation(({"type": "daily", "start_date": "2026-06-01"},)),
    "freshness_policy": Explanation(("{{ fresh_within(fail_hours=36) }}",), instead=True),
    # Checks
    "name": Explanation(("has_rows",), "Name of the check, unique among those of its asset."),
    "asset": Explanation(("purina/finance/invoices",)),
    "additional_deps": Explanation(
        (["purina/finance/customers"],), "Other assets that the check reads, by their keys."
    ),
    "blocking": Explanation(
        (True,), "Whether what depends on the asset waits, and does not run if the check fails."
    ),
    # Partitions
    "type": Explanation(("daily",), "Which kind of partitions it is."),
    "start_date": Explanation(("2026-06-01",), "Start of the first partition."),
    "end_date": Explanation(
        ("2026-12-31",), "End of the last partition; by default there is always a next one."
    ),
    "timezone": Explanation(("UTC", "Europe/Berlin"), "IANA name; by default UTC."),
    "minute_offset": Explanation((15,), f"Minutes {OFFSETS.format('hour')}"),
    "hour_offset": Explanation((6,), f"Hours {OFFSETS.format('day')}"),
    "day_offset": Explanation((1,), "Weekday on which a week starts: 0 is Sunday, 1 is Monday."),
    "fmt": Explanation(("%Y-%m-%d",), "How a partition's key is written, as Python's strftime has it."),
    "cron_schedule": Explanation(
        ("0 0 * * *",), "When a partition ends and the next begins, in five fields of cron."
    ),
    "partition_keys": Explanation((["eu", "us"],), "The keys, in order."),
    # Fivetran's own
    "by_name": Explanation((["salesforce", "hubspot"],)),
    "by_id": Explanation((["steady_harbor"],)),
    "defs_state": Explanation(({"management_type": "LOCAL_FILESYSTEM", "refresh_if_dev": False},)),
    "refresh_if_dev": Explanation((False,)),
}
"""By the name of the field: the models of Dagster that our components use agree on what a name means."""

PARTICULAR: Mapping[tuple[str, str], Explanation] = {
    ("DefsStateConfigArgs", "key"): Explanation(("FivetranComponent[FIVETRAN_ACCOUNT_ID]",)),
}
"""By the name of the model and of the field, where a name means something else."""

OF_DAGSTER = re.compile(
    r"Asset(Check)?Spec(Update)?KwargsModel|\w+PartitionsDefinitionModel|FivetranConnectorSelectorBy\w+|DefsStateConfigArgs"
)
"""The names of those models. Our own explain themselves."""


def explained(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema in which fields of Dagster's models have what they lack; what is there stays.

    Args:
        schema: Of a component's attributes. It is changed.
    """
    inherited = {"properties": {k: v for k, v in schema.get("properties", {}).items() if k == "defs_state"}}
    for model, definition in {"": inherited, **schema.get("$defs", {})}.items():
        if model and not OF_DAGSTER.fullmatch(model):
            continue
        for name, field in definition.get("properties", {}).items():
            _explain(field, PARTICULAR.get((model, name)) or EXPLANATIONS.get(name))
    return schema


def _explain(field: dict[str, Any], known: Explanation | None) -> None:
    if known is None:
        return
    if known.description and not field.get("description"):
        field["description"] = known.description
    if "const" not in field and (known.instead or not field.get("examples")):
        field["examples"] = list(known.examples)
