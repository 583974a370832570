"""dbt's answers about the age of sources, as asset checks."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.lib.dbt.freshness import check_freshness, freshness_specs
from dagster_open_platform.lib.dbt.resource import PlatformDbtResource
from dagster_open_platform_dbt import PROJECT_DIR


def source(table: str, **bounds: int) -> dict[str, Any]:
    """A source of the manifest; bounds in days."""
    empty = {"count": None, "period": None}
    freshness = {f"{name}_after": {"count": days, "period": "day"} for name, days in bounds.items()}
    return {
        "unique_id": f"source.project.shop.{table}",
        "resource_type": "source",
        "original_file_path": "models/staging/shop/_shop__sources.yml",
        "source_name": "shop",
        "name": table,
        "config": {"meta": {"dagster": {"asset_key": ["shop", table]}}},
        "loaded_at_field": "loaded_at",
        "freshness": {"warn_after": empty, "error_after": empty, **freshness},
    }


def answer(table: str, status: str, hours: float, **more: Any) -> dict[str, Any]:
    newest = "2026-06-05T10:00:00+00:00"
    found = {"max_loaded_at": newest, "max_loaded_at_time_ago_in_s": hours * 3600, "status": status}
    return {"unique_id": f"source.project.shop.{table}", **found, **more}


SOURCES = [
    source("orders", warn=1, error=2),
    source("people", error=7),
    source("slow", warn=1),
    source("undated"),
]
MANIFEST = {"nodes": {}, "sources": {each["unique_id"]: each for each in SOURCES}}


def asked(tmp_path: Path, answers: Sequence[Mapping[str, Any]] | None, *tables: str) -> tuple[Any, list[str]]:
    """The evaluations of the checks of some tables, or what was raised, and what dbt was told."""
    calls, written = tmp_path / "calls", tmp_path / "sources.json"
    if answers is not None:
        written.write_text(json.dumps({"results": answers}))
    executable = tmp_path / "dbt"
    words = 'printf "%s\\n" "$@"'
    executable.write_text(f'#!/bin/sh\n{words} > {calls}\ncp {written} "$DBT_TARGET_PATH" || exit 1\n')
    executable.chmod(0o755)

    @dg.multi_asset_check(specs=freshness_specs(MANIFEST), can_subset=True)
    def ask(
        context: dg.AssetCheckExecutionContext, dbt: PlatformDbtResource
    ) -> Iterator[dg.AssetCheckResult]:
        yield from check_freshness(context, dbt, MANIFEST)

    wanted = [dg.AssetCheckKey(dg.AssetKey(["shop", table]), "source_is_fresh") for table in tables]
    defs = dg.Definitions(
        asset_checks=[ask],
        jobs=[dg.define_asset_job("ask_some", selection=dg.AssetSelection.checks(*wanted))],
        resources={
            "dbt": PlatformDbtResource(
                project_dir=str(PROJECT_DIR), target="local", dbt_executable=str(executable)
            )
        },
    )
    result = defs.resolve_job_def("ask_some").execute_in_process(raise_on_error=False)
    failure = next((e.event_specific_data for e in result.all_events if e.is_step_failure), None)
    return (failure or result.get_asset_check_evaluations()), calls.read_text().splitlines()


def test_sources_that_say_nothing_are_not_asked() -> None:
    specs = {spec.asset_key.path[1]: spec.description for spec in freshness_specs(MANIFEST)}
    assert specs == {
        "orders": "The newest row, by `loaded_at`, is not old: warns after 1 day and fails after 2 days.",
        "people": "The newest row, by `loaded_at`, is not old: fails after 7 days.",
        "slow": "The newest row, by `loaded_at`, is not old: warns after 1 day.",
    }


def test_dbts_answers_are_check_results(tmp_path: Path) -> None:
    answers = [answer("orders", "error", 50), answer("people", "pass", 1), answer("slow", "warn", 30)]
    evaluations, _ = asked(tmp_path, answers, "orders", "people", "slow")
    found = {
        each.asset_key.path[1]: (each.passed, each.severity, each.metadata["age in hours"].value)
        for each in evaluations
    }
    error, warn = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
    assert found == {"orders": (False, error, 50), "people": (True, error, 1), "slow": (False, warn, 30)}


def test_only_what_is_selected_is_asked(tmp_path: Path) -> None:
    evaluations, words = asked(tmp_path, [answer("people", "pass", 1)], "people")
    assert [each.asset_key.path[1] for each in evaluations] == ["people"]
    assert words[words.index("--select") :] == ["--select", "source:shop.people"]


def test_dbt_is_told_all_of_them_in_one_word(tmp_path: Path) -> None:
    answers = [answer("people", "pass", 1), answer("slow", "pass", 1)]
    _, words = asked(tmp_path, answers, "people", "slow")
    assert words[words.index("--select") :] == ["--select", "source:shop.people source:shop.slow"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (None, "DbtRunFailed"),
        ('IO Error: Could not set lock on file "purina.duckdb"', "WarehouseLocked"),
        ("Catalog Error: Table with name people does not exist!", "MissingObject"),
    ],
)
def test_what_cannot_be_asked_fails_and_says_why(tmp_path: Path, error: str | None, kind: str) -> None:
    answers = error and [
        {"unique_id": "source.project.shop.people", "status": "runtime error", "error": error}
    ]
    failure, _ = asked(tmp_path, answers or None, "people")
    assert failure.error.cls_name == kind
