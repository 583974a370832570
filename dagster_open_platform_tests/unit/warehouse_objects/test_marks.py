"""Marks and fingerprints: what changes them, what does not, and that people's comments stay what they are."""

import dataclasses
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.warehouse.fingerprint import fingerprint
from dagster_open_platform.lib.warehouse.marks import Mark, mark_of, marked
from dagster_open_platform.lib.warehouse.objects import FileFormat, View
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform_tests.fixtures.warehouse_objects import events, named, stage

MARK = Mark("external table", "0123456789abcdef")


@given(comment=st.none() | st.text())
def test_a_mark_is_found_again_behind_any_comment(comment: str | None) -> None:
    text = marked(comment, MARK)
    assert mark_of(text) == MARK
    assert text.startswith(comment or "[declared: ")
    # Marked once more it has the newer mark.
    assert mark_of(marked(text, Mark("view", "f" * 16))) == Mark("view", "f" * 16)


@given(comment=st.none() | st.text())
def test_a_comment_without_a_mark_has_none(comment: str | None) -> None:
    assert mark_of(comment) is None
    assert mark_of(f"{marked(comment, MARK)} and more") is None


def test_every_field_of_a_declaration_counts() -> None:
    table = events()
    changes = {
        "name": named("other"),
        "stage": named("other"),
        "file_format": FileFormat("PARQUET"),
        "path": "other",
        "columns": table.columns[:-1],
        "partition_by": (),
        "pattern": "x",
        "auto_refresh": True,
        "refresh_on_create": False,
        "comment": None,
        "role": "other",
    }
    assert {*changes} == {field.name for field in dataclasses.fields(table)}
    prints = {fingerprint(dataclasses.replace(table, **{name: value})) for name, value in changes.items()}
    assert len(prints | {fingerprint(table), fingerprint(table, "context")}) == len(changes) + 2


def test_letter_case_of_names_does_not_count() -> None:
    upper = View(TableRef("PURINA", "X", "V"), "select 1")
    assert fingerprint(upper) == fingerprint(View(TableRef("purina", "x", "v"), "select 1"))


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    code = (
        "from dagster_open_platform_tests.fixtures.warehouse_objects import stage;"
        "from dagster_open_platform.lib.warehouse.fingerprint import fingerprint;"
        "print(fingerprint(stage('s3://bucket/')))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == fingerprint(stage("s3://bucket/"))
