"""The last evaluation of an asset's automation condition, as the instance keeps it.

What belongs here: reading it, and leaving out what says nothing. What does not: computing it anew, which only the sensor can, for it
knows what happened since its last tick.
"""

import datetime as dt
from typing import Any

import dagster as dg

from dagster_open_platform.operations.why.facts import Evaluation, Part

_DEEPEST, _DEEPEST_FALSE = 4, 3
"""How deep parts are told, and those of what is not true, which is true of none of them."""
_MOST = 12
"""Parts of a part that are told: a condition on inputs has one for each."""


def last_evaluation(instance: dg.DagsterInstance, key: dg.AssetKey) -> Evaluation | None:
    """The last evaluation; None: there was none.

    Args:
        instance: Where sensors keep them.
        key: The asset.
    """
    storage = instance.schedule_storage
    found: Any = storage.get_auto_materialize_asset_evaluations(key=key, limit=1) if storage else ()
    if not found:
        return None
    [record] = found
    whole = record.get_evaluation_with_run_ids()
    return Evaluation(
        at=dt.datetime.fromtimestamp(record.timestamp, dt.UTC),
        condition=_part(whole.evaluation, 0),
        requested=int(whole.evaluation.true_subset.size),
        run_ids=tuple(sorted(whole.run_ids)),
    )


def _part(node: Any, depth: int) -> Part:
    snapshot = node.condition_snapshot
    is_true = not node.true_subset.is_empty
    children = node.child_evaluations if depth < (_DEEPEST if is_true else _DEEPEST_FALSE) else ()
    # What is true of an input is the reason; of many that are not, some suffice.
    ordered = (
        sorted(children, key=lambda child: child.true_subset.is_empty) if _is_of_inputs(node) else children
    )
    return Part(
        text=_text(snapshot),
        is_true=is_true,
        parts=tuple(_part(child, depth + 1) for child in list(ordered)[:_MOST]),
    )


def _text(snapshot: Any) -> str:
    text = str(snapshot.label or snapshot.name or snapshot.description or snapshot.class_name)
    if text.startswith("ANY_DEPS_MATCH"):
        return "of any input"
    return {"NOT": "not", "AND": "all of", "OR": "any of", "SINCE": "since it was handled"}.get(text, text)


def _is_of_inputs(node: Any) -> bool:
    return len(node.child_evaluations) > 3
