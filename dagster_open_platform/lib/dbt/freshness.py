"""How old what dbt reads is: its own question (`dbt source freshness`) as asset checks of whatever makes the sources.

What belongs here: the checks and their results. What does not: when they are asked (``defs/dbt/``), and the policies of models
(``properties.py``). Source of the artifact's shape: https://docs.getdbt.com/reference/artifacts/sources-json.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_open_platform.lib.dbt.diagnosis import NodeResult, diagnose
from dagster_open_platform.lib.dbt.properties import Properties, key_of
from dagster_open_platform.lib.dbt.resource import PlatformDbtResource

CHECK = "source_is_fresh"
PASS, WARN, ERROR = "pass", "warn", "error"
"""dbt's words for a source that could be asked."""


def dated_sources(manifest: Mapping[str, Any]) -> Mapping[dg.AssetCheckKey, Properties]:
    """The sources that say how fresh they are, by the check that asks."""
    return {
        dg.AssetCheckKey(key_of(source), CHECK): source
        for source in manifest["sources"].values()
        if source.get("loaded_at_field") and any(_bounds(source).values())
    }


def freshness_specs(manifest: Mapping[str, Any]) -> Sequence[dg.AssetCheckSpec]:
    """A check for each source that says how fresh it is."""
    return [
        dg.AssetCheckSpec(key.name, asset=key.asset_key, description=_description(source))
        for key, source in dated_sources(manifest).items()
    ]


def check_freshness(
    context: dg.AssetCheckExecutionContext, dbt: PlatformDbtResource, manifest: Mapping[str, Any]
) -> Iterator[dg.AssetCheckResult]:
    """Ask dbt how old the sources of the selected checks are.

    Raises:
        PermanentFailure, RetryableFailure: dbt could not ask one, after every answer has been yielded.
    """
    sources = dated_sources(manifest)
    wanted = {sources[key]["unique_id"]: key for key in sorted(context.selected_asset_check_keys, key=str)}
    with tempfile.TemporaryDirectory(prefix="dbt-") as scratch:
        select = [f"source:{sources[key]['source_name']}.{sources[key]['name']}" for key in wanted.values()]
        # One word for all: dagster-dbt takes what stands behind a word of selection for something else.
        invocation = dbt.cli(
            ["source", "freshness", "--select", " ".join(select)],
            target_path=Path(scratch),
            raise_on_error=False,
        )
        messages = [
            event.raw_event["info"]["msg"]
            for event in invocation.stream_raw_events()
            if event.raw_event["info"]["level"] == "error"
        ]
        written = Path(scratch) / "sources.json"
        answers = json.loads(written.read_text())["results"] if written.is_file() else []
    unanswered = []
    for answer in answers:
        if answer["status"] in (PASS, WARN, ERROR):
            yield _result(wanted[answer["unique_id"]], answer)
        else:
            unanswered.append(NodeResult(answer["unique_id"], answer["status"], answer.get("error") or ""))
    if unanswered or len(answers) != len(wanted):
        raise diagnose(unanswered, messages, manifest)


def _result(key: dg.AssetCheckKey, answer: Mapping[str, Any]) -> dg.AssetCheckResult:
    age = answer["max_loaded_at_time_ago_in_s"] / 3600
    newest = datetime.fromisoformat(answer["max_loaded_at"])
    return dg.AssetCheckResult(
        passed=answer["status"] == PASS,
        asset_key=key.asset_key,
        check_name=key.name,
        severity=dg.AssetCheckSeverity.WARN if answer["status"] == WARN else dg.AssetCheckSeverity.ERROR,
        description=f"The newest row is {age:.1f} hours old.",
        metadata={"newest row": dg.MetadataValue.timestamp(newest), "age in hours": round(age, 2)},
    )


def _bounds(source: Properties) -> Mapping[str, Mapping[str, Any]]:
    freshness = source.get("freshness") or {}
    found = {name: freshness.get(f"{name}_after") or {} for name in (WARN, ERROR)}
    return {name: bound for name, bound in found.items() if bound.get("count")}


def _description(source: Properties) -> str:
    words = {WARN: "warns", ERROR: "fails"}
    said = " and ".join(
        f"{words[name]} after {bound['count']} {bound['period']}{'s' if bound['count'] != 1 else ''}"
        for name, bound in _bounds(source).items()
    )
    return f"The newest row, by `{source['loaded_at_field']}`, is not old: {said}."
