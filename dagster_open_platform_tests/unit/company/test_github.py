"""GitHub: one state at a date, and what passes between two dates."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dagster_open_platform_local.company.build import advance, build
from dagster_open_platform_local.company.errors import CompanyNotBuiltError
from dagster_open_platform_local.company.github import (
    COMMENTS,
    DISCUSSIONS,
    ISSUES,
    LABELS,
    GitHubStore,
    load,
)
from dagster_open_platform_local.company.github_state import github_tables
from dagster_open_platform_local.company.settings import CompanySettings

SETTINGS = CompanySettings(scale=0.5)
EARLIER, TODAY = date(2026, 9, 10), date(2026, 11, 20)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    return github_tables(SETTINGS, TODAY)


@pytest.fixture(scope="module")
def earlier() -> dict[str, pa.Table]:
    return github_tables(SETTINGS, EARLIER)


def items(tables: dict[str, pa.Table]) -> Rows:
    return tables["issues"].to_pylist() + tables["discussions"].to_pylist()


def by_id(rows: Rows) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows}


def test_schemas(tables: dict[str, pa.Table]) -> None:
    for name, schema in {
        "issues": ISSUES,
        "discussions": DISCUSSIONS,
        "comments": COMMENTS,
        "labels": LABELS,
    }.items():
        assert tables[name].schema.equals(schema)
        tables[name].validate(full=True)


def test_ids_and_numbers_are_unique_and_numbers_follow_time(tables: dict[str, pa.Table]) -> None:
    rows = items(tables)
    assert len({row["id"] for row in rows}) == len(rows)
    assert len({(row["repository"], row["number"]) for row in rows}) == len(rows)
    ordered = sorted(rows, key=lambda row: (str(row["repository"]), int(str(row["number"]))))
    assert ordered == sorted(ordered, key=lambda row: (str(row["repository"]), str(row["created_at"])))
    assert len(set(tables["comments"].column("id").to_pylist())) == tables["comments"].num_rows


def test_everything_happened_before_now_and_after_the_opening(tables: dict[str, pa.Table]) -> None:
    for name in ("issues", "discussions", "comments"):
        created, updated = tables[name].column("created_at"), tables[name].column("updated_at")
        assert all(one <= other for one, other in zip(created.to_pylist(), updated.to_pylist(), strict=True))
        assert max(updated.to_pylist()) < NOW
    parents = by_id(items(tables))
    for comment in tables["comments"].to_pylist():
        parent = parents[comment["parent_id"]]
        assert parent["created_at"] <= comment["created_at"] <= parent["updated_at"]
        assert (parent["repository"], parent["number"]) == (comment["repository"], comment["parent_number"])


def test_counts_are_those_of_the_rows(tables: dict[str, pa.Table]) -> None:
    comments = tables["comments"].group_by("parent_id").aggregate([("id", "count")])
    counted = dict(zip(comments["parent_id"].to_pylist(), comments["id_count"].to_pylist(), strict=True))
    for row in items(tables):
        assert row["comment_count"] == counted.get(row["id"], 0)
    for row in items(tables) + tables["comments"].to_pylist():
        groups = {group["content"]: group["count"] for group in row["reactions"]}
        assert sum(groups.values()) == row["reaction_count"]
        assert groups.get("THUMBS_UP", 0) == row["thumbs_up_count"]
        assert all(count > 0 for count in groups.values())


def test_closed_and_answered_agree_with_their_times(tables: dict[str, pa.Table]) -> None:
    for issue in tables["issues"].to_pylist():
        assert (issue["state"] == "CLOSED") == (issue["closed_at"] is not None)
    answers = {row["id"] for row in tables["comments"].to_pylist() if row["is_answer"]}
    for discussion in tables["discussions"].to_pylist():
        assert (
            discussion["is_answered"]
            == (discussion["answered_at"] is not None)
            == (discussion["answer_id"] in answers)
        )
        assert not discussion["is_answered"] or discussion["category"] == "Q&A"
    assert answers


def test_time_changes_what_it_says_it_changed(
    tables: dict[str, pa.Table], earlier: dict[str, pa.Table]
) -> None:
    before, after = by_id(items(earlier)), by_id(items(tables))
    silent = {"author", "author_type", "author_association", "reactions", "reaction_count", "thumbs_up_count"}
    # A deleted comment, and a new upvote, change their parent without a word.
    silent |= {"upvote_count", "comment_count", "answer_id", "answered_at", "is_answered"}
    changed = 0
    for key, old in before.items():
        new = after.get(key)
        if new is None:
            continue
        assert old["number"] == new["number"]
        assert old["created_at"] == new["created_at"]
        if old["updated_at"] == new["updated_at"]:
            assert {k: v for k, v in old.items() if k not in silent} == {
                k: v for k, v in new.items() if k not in silent
            }
        else:
            changed += new["updated_at"] > old["updated_at"]
    assert changed > 50
    start = datetime(EARLIER.year, EARLIER.month, EARLIER.day, tzinfo=UTC)
    assert {key for key, row in after.items() if row["created_at"] < start} <= before.keys()


def test_dirt_is_there(tables: dict[str, pa.Table], earlier: dict[str, pa.Table]) -> None:
    issues = tables["issues"].to_pylist()
    assert any(row["author"] is None for row in issues)
    assert any(row["state_reason"] == "REOPENED" for row in issues)
    assert any(row["body"] == "" for row in issues)
    assert "Bot" in tables["comments"].column("author_type").to_pylist()
    before, after = by_id(items(earlier)), by_id(items(tables))
    assert before.keys() - after.keys()
    assert any(before[key]["author"] and not after[key]["author"] for key in before.keys() & after.keys())


def test_one_day_exceeds_the_search_cap_at_scale_one() -> None:
    issues = github_tables(CompanySettings(), date(2026, 11, 20))["issues"]
    repositories, updated = issues["repository"].to_pylist(), issues["updated_at"].to_pylist()
    counts = Counter(zip(repositories, (moment.date() for moment in updated), strict=True))
    ((busiest, count),) = counts.most_common(1)
    assert busiest == ("dagster-io/dagster", date(2026, 9, 15))
    assert 1000 < count < 2000


def test_around_25_issues_are_updated_a_day() -> None:
    issues = github_tables(CompanySettings(), date(2026, 8, 1))["issues"]
    recent = [
        moment for moment in issues["updated_at"].to_pylist() if moment >= datetime(2026, 7, 25, tzinfo=UTC)
    ]
    assert 15 < len(recent) / 7 < 40


def test_labels_are_those_of_the_repository(tables: dict[str, pa.Table]) -> None:
    known = {(row["repository"], row["name"]) for row in tables["labels"].to_pylist()}
    for row in items(tables):
        assert {(row["repository"], label) for label in row["labels"]} <= known
        assert len(set(row["labels"])) == len(row["labels"])


def test_the_store_follows_the_company(tmp_path: Path) -> None:
    settings = CompanySettings(scale=0.05)
    build(tmp_path, settings, date(2026, 6, 20))
    store = GitHubStore(tmp_path)
    first = store.current()
    assert first.today == date(2026, 6, 20)
    assert store.current() is first
    advance(tmp_path)
    second = store.current()
    assert second.today == date(2026, 6, 21)
    assert second.issues.equals(github_tables(settings, date(2026, 6, 21))["issues"])
    assert max(second.issues.column("updated_at").to_pylist()) < datetime(2026, 6, 21, tzinfo=UTC)
    assert second.issues.num_rows - first.issues.num_rows < 10


def test_an_incomplete_company_says_so(tmp_path: Path) -> None:
    with pytest.raises(CompanyNotBuiltError):
        GitHubStore(tmp_path).current()
    build(tmp_path, CompanySettings(scale=0.05), date(2026, 6, 3))
    (tmp_path / "as_of=2026-06-03" / "github" / "issues.parquet").unlink()
    with pytest.raises(CompanyNotBuiltError, match="build it again"):
        load(tmp_path)


@pytest.mark.parametrize("scale", [0.01, 3.0])
def test_any_scale_gives_a_whole_state(scale: float) -> None:
    tables = github_tables(CompanySettings(scale=scale), SETTINGS.epoch + timedelta(days=3))
    assert tables["issues"].num_rows > 0
    assert set(tables["comments"].column("parent_id").to_pylist()) <= by_id(items(tables)).keys()
