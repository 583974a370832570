"""Wrong declarations of warehouse objects are answered with file, line, field, what was found and what was expected."""

import re

import pytest

from dagster_open_platform.lib.definition_checks import InvalidDefinitions
from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform_tests.fixtures.components import loaded

HERE = "# here"
"""Stands at the end of the line that the message must name."""

HEAD = """\
type: dagster_open_platform.lib.SnowflakeCreateOrRefreshComponent
template_vars_module: dagster_open_platform.lib.template_vars
attributes:
  name: thing
  database_name: "{{ database_from_env('purina') }}"
  schema_name: exports
  deps: [source]
"""
STAGE = "  type: stage\n  options:\n    url: s3://bucket/prefix/\n"
TABLE = """\
  type: external table
  columns:
    - name: a
      type: varchar
      as: value:a::varchar
  options:
    location: "@files/events/"
    file_format:
      type: json
"""
VIEW = "  type: view\n  options:\n    query: select 1 as n\n"
DYNAMIC = "  type: dynamic table\n  options:\n    query: select 1 as n\n    target_lag: 1 hour\n"
SEMANTIC = "  type: semantic view\n  options:\n    osi: model.osi.yaml\n"


def message_of(yaml: str) -> str:
    with (
        pytest.raises((InvalidYaml, InvalidDefinitions)) as raised,
        loaded({"a/components/defs.yaml": yaml, "a/components/other.osi.yaml": "x: 1"}, {"warehouse": 1}),
    ):
        pass
    return str(raised.value)


@pytest.mark.parametrize("good", [STAGE, TABLE, VIEW, DYNAMIC])
def test_the_yaml_is_right_before_it_is_made_wrong(good: str) -> None:
    with loaded({"a/components/defs.yaml": HEAD + good}, {"warehouse": 1}) as defs:
        assert len(defs.resolve_asset_graph().materializable_asset_keys) == 1


CASES = [
    # What a type does not have.
    (
        STAGE,
        "url: s3://bucket/prefix/",
        f"url: s3://b/\n    querry: x {HERE}",
        "options.querry",
        ["unknown field", "'query'?"],
    ),
    (
        STAGE,
        "url: s3://bucket/prefix/",
        f"url: s3://b/\n    query: x {HERE}",
        "options.query",
        ["means nothing for a stage"],
    ),
    (
        STAGE,
        "  options",
        f"  columns: [{{name: a, type: int, as: '1'}}] {HERE}\n  options",
        "columns",
        ["means nothing for a stage"],
    ),
    (
        VIEW,
        "  options",
        f"  partition_by: [n] {HERE}\n  options",
        "partition_by",
        ["means nothing for a view", "only an external table"],
    ),
    (
        VIEW,
        "query: select 1 as n",
        f"query: select 1\n    target_lag: x {HERE}",
        "options.target_lag",
        ["means nothing for a view", "Valid: comment, query, secure."],
    ),
    (
        SEMANTIC,
        "osi: model.osi.yaml",
        f"osi: other.osi.yaml\n    comment: x {HERE}",
        "options.comment",
        ["means nothing for a semantic view"],
    ),
    # What it needs.
    (
        STAGE,
        "  options:\n    url: s3://bucket/prefix/",
        f"  options: {{comment: x}} {HERE}",
        "options.url",
        ["required for a stage"],
    ),
    (TABLE, 'location: "@files/events/"\n    ', "", "options.location", ["required for an external table"]),
    (DYNAMIC, "    target_lag: 1 hour\n", "", "options.target_lag", ["required for a dynamic table"]),
    (VIEW, "query: select 1 as n", f'query: "" {HERE}', "options.query", ["required for a view"]),
    # Values.
    (STAGE, "type: stage", f"type: stge {HERE}", "type", ["found 'stge'", "Did you mean 'stage'?"]),
    (STAGE, "type: stage", f"type: table {HERE}", "type", ["no type of object"]),
    (
        STAGE,
        "url: s3://bucket/prefix/",
        f"url: bucket/prefix {HERE}",
        "options.url",
        ["found 'bucket/prefix'", "s3://bucket/prefix/"],
    ),
    (
        TABLE,
        "type: json",
        f"type: jsn {HERE}",
        "options.file_format.type",
        ["found 'jsn'", "Did you mean 'json'?"],
    ),
    (
        TABLE,
        "file_format:\n      type: json",
        f"file_format: {{compression: gzip}} {HERE}",
        "options.file_format",
        ["type: required"],
    ),
    (
        TABLE,
        '"@files/events/"',
        f'"@a.b.c.d/x" {HERE}',
        "options.location",
        ["found '@a.b.c.d/x'", "@stage/path/"],
    ),
    (TABLE, '"@files/events/"', f'"@files/it s/" {HERE}', "options", ["the path 'it s/'"]),
    (
        TABLE,
        "    file_format",
        f'    pattern: "(" {HERE}\n    file_format',
        "options.pattern",
        ["not a regular expression"],
    ),
    (
        TABLE,
        "  options",
        f"  partition_by:\n    - b {HERE}\n  options",
        "partition_by.0",
        ["found 'b', which is no column", "Valid: a."],
    ),
    (
        TABLE,
        "  options",
        f"    - name: a {HERE}\n      type: int\n      as: '1'\n  options",
        "columns.1.name",
        ["there twice"],
    ),
    (
        TABLE,
        "name: a",
        f"name: a-b {HERE}",
        "columns.0.name",
        ["found 'a-b'", "letters, digits and underscores"],
    ),
    (
        TABLE,
        "      as: value:a::varchar\n",
        f"      ass: value:a::varchar {HERE}\n",
        "columns.0.ass",
        ["unknown field 'ass'", "Did you mean 'as'?"],
    ),
    (TABLE, "      type: varchar\n", "", "columns.0.type", ["required, but missing"]),
    (DYNAMIC, "1 hour", f"sometimes {HERE}", "options.target_lag", ["found the target lag 'sometimes'"]),
    (
        DYNAMIC,
        "    target_lag",
        f"    refresh_mode: ful {HERE}\n    target_lag",
        "options.refresh_mode",
        ["found 'ful'", "'full'?"],
    ),
    (
        SEMANTIC,
        "model.osi.yaml",
        f"othr.osi.yaml {HERE}",
        "options.osi",
        ["no file", "Did you mean 'other.osi.yaml'?"],
    ),
    (
        STAGE,
        "  options",
        f"  asset_attributes: {{deps: [x]}}\n  role: my-role {HERE}\n  options",
        "options",
        ["'my-role' is not a valid name of a role"],
    ),
]


@pytest.mark.parametrize(("good", "old", "new", "field", "phrases"), CASES)
def test_a_wrong_declaration(good: str, old: str, new: str, field: str, phrases: list[str]) -> None:
    head = HEAD.replace("  deps: [source]\n", "") if "asset_attributes" in new else HEAD
    assert good.count(old) == 1
    yaml = head + good.replace(old, new)
    message = message_of(yaml)
    place = rf"^\S*/a/components/defs.yaml:\d+: attributes\.{re.escape(field)}: "
    assert re.search(place, message, re.MULTILINE), message
    assert all(phrase in message for phrase in phrases), message
    lines = [number for number, text in enumerate(yaml.splitlines(), 1) if HERE in text]
    if lines and field != "options":
        assert f"defs.yaml:{lines[0]}:" in message, message


HEADS = [
    (
        "\"{{ database_from_env('purina') }}\"",
        f"purina {HERE}",
        "database_name",
        ["found 'purina'", "database_from_env"],
    ),
    ("name: thing", f"name: the-thing {HERE}", "name", ["found 'the-thing'"]),
    ("schema_name: exports", f"schema_name: 1st {HERE}", "schema_name", ["found '1st'"]),
    ("deps: [source]", f"dep: [source] {HERE}", "dep", ["unknown field 'dep'", "Did you mean 'deps'?"]),
    (
        "deps: [source]",
        f"deps: [source] {HERE}\n  asset_attributes: {{deps: [source]}}",
        "deps",
        ["also in asset_attributes"],
    ),
    (
        "deps: [source]",
        f"asset_attributes:\n    deps: [source]\n    grup_name: x {HERE}",
        "asset_attributes.grup_name",
        ["Did you mean 'group_name'?"],
    ),
    (
        "deps: [source]",
        f"deps: [source]\n  asset_attributes: {HERE}\n    owners: [nobody]",
        "asset_attributes",
        ["Invalid owner 'nobody'"],
    ),
    (
        "deps: [source]",
        f"deps: [source]\n  asset_attributes:\n    owners: nobody {HERE}",
        "asset_attributes.owners",
        ["found 'nobody'", "list"],
    ),
]


@pytest.mark.parametrize(("old", "new", "field", "phrases"), HEADS)
def test_a_wrong_field(old: str, new: str, field: str, phrases: list[str]) -> None:
    yaml = HEAD.replace(old, new) + STAGE
    message = message_of(yaml)
    (line,) = [number for number, text in enumerate(yaml.splitlines(), 1) if HERE in text]
    assert f"/a/components/defs.yaml:{line}: attributes.{field}: " in message, message
    assert all(phrase in message for phrase in phrases), message


def test_an_object_that_nothing_would_refresh() -> None:
    message = message_of(HEAD.replace("  deps: [source]\n", "") + STAGE)
    assert ":3: attributes: neither deps nor asset_attributes.automation_condition" in message


def test_an_unknown_database() -> None:
    message = message_of(HEAD.replace("'purina'", "'purna'") + STAGE)
    assert "defs.yaml:5: attributes.database_name: " in message
    assert "Unknown database 'purna'" in message


def test_an_error_in_the_file_of_a_semantic_view_has_its_own_place() -> None:
    message = message_of(HEAD + SEMANTIC.replace("model.osi", "other.osi"))
    assert "/a/components/other.osi.yaml:1" in message


def test_two_objects_of_one_name() -> None:
    message = message_of(f"{HEAD}{STAGE}---\n{HEAD}{VIEW}")
    assert "asset 'snowflake/exports/thing' is also declared" in message
