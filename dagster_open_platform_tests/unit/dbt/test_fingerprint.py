"""A fingerprint names what has changed, and nothing that has not."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.dbt.fingerprint import SOURCE_FOLDERS, Fingerprint, take_fingerprint

FILE_NAMES = st.builds(
    lambda folder, name: f"{folder}/{name}.sql", st.sampled_from(SOURCE_FOLDERS), st.sampled_from("abc")
)
PROJECTS = st.dictionaries(FILE_NAMES, st.sampled_from(["select 1", "select 2", ""]), max_size=6)


def written(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@given(before=PROJECTS, after=PROJECTS)
def test_exactly_the_differences_are_named(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, str], after: dict[str, str]
) -> None:
    built = take_fingerprint(written(tmp_path_factory.mktemp("before"), before), "local")
    now = take_fingerprint(written(tmp_path_factory.mktemp("after"), after), "local")
    expected = {f"added {name}" for name in after.keys() - before.keys()}
    expected |= {f"removed {name}" for name in before.keys() - after.keys()}
    expected |= {f"changed {name}" for name in before.keys() & after.keys() if before[name] != after[name]}
    assert set(now.changes_since(built)) == expected


def test_dates_of_files_do_not_matter(tmp_path: Path) -> None:
    written(tmp_path, {"models/a.sql": "select 1"})
    built = take_fingerprint(tmp_path, "local")
    os.utime(tmp_path / "models/a.sql", (0, 0))
    assert take_fingerprint(tmp_path, "local").changes_since(built) == []


def test_what_dbt_does_not_read_does_not_matter(tmp_path: Path) -> None:
    written(tmp_path, {"dbt_project.yml": "name: shop", "models/a.sql": "select 1"})
    built = take_fingerprint(tmp_path, "local")
    written(
        tmp_path, {"target/manifest.json": "{}", "logs/dbt.log": "", ".sqlfluff": "", "models/.a.sql.swp": ""}
    )
    assert take_fingerprint(tmp_path, "local").changes_since(built) == []


def test_another_version_of_dbt_is_named() -> None:
    built = Fingerprint(files={}, versions={"dbt-core": "1.11.0"}, target="local")
    now = Fingerprint(files={}, versions={"dbt-core": "1.11.1", "dbt-duckdb": "1.11.0"}, target="local")
    assert now.changes_since(built) == [
        "dbt-core is 1.11.1 and was 1.11.0",
        "dbt-duckdb is 1.11.0 and was absent",
    ]


def test_the_target_does_not_matter(tmp_path: Path) -> None:
    written(tmp_path, {"models/a.sql": "select 1"})
    assert take_fingerprint(tmp_path, "prod").changes_since(take_fingerprint(tmp_path, "local")) == []


def test_it_survives_being_written(tmp_path: Path) -> None:
    fingerprint = take_fingerprint(written(tmp_path, {"models/a.sql": "select 1"}), "prod")
    assert Fingerprint.from_json(fingerprint.to_json()) == fingerprint
