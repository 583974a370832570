"""Wrong YAML of the component is answered with file, line, field, what was found and what was expected."""

import re

import pytest

from dagster_open_platform.lib.definition_checks import InvalidDefinitions
from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform_tests.fixtures.components import loaded

GOOD = """\
type: dagster_open_platform.lib.LastUpdatedObservationComponent
attributes:
  name: vendor
  group_name: vendor
  owners: [team:data-platform]
  kinds: [snowflake]
  interval: {minutes: 5}
  tables:
    - key: vendor/users
      table: purina.vendor.users
      updated_at_columns: [updated_at]
      freshness:
        hours: 36
    - key: vendor/roles
      table: purina.vendor.roles
"""
# What is replaced, by what, the field that is blamed, and what is said.
CASES = [
    ("name: vendor\n  g", "name: a-b\n  g", "name", "found 'a-b'; expected letters, digits and underscores"),
    ("group_name: vendor", "group_name: a-b", "", "a-b"),
    ("group_name:", "grup_name:", "grup_name", "Did you mean 'group_name'?"),
    ("[team:data-platform]", "nobody", "owners", "found 'nobody', a str; expected a list"),
    ("[team:data-platform]", '["a b"]', "", "a b"),
    ("kinds: [snowflake]", "kinds: snowflake", "kinds", "expected a list"),
    ("{minutes: 5}", "{minutes: 0}", "interval", "expected a minute or more"),
    ("{minutes: 5}", "{minuts: 5}", "interval.minuts", "Did you mean 'minutes'?"),
    ("{minutes: 5}", "often", "interval", "found 'often'"),
    ("hours: 36", "hours: many", "tables.0.freshness.hours", "found 'many'"),
    ("table: purina.vendor.users", "table: vendor.users", "tables.0.table", "expected database.schema.table"),
    (
        "table: purina.vendor.users",
        "table: purina.ven-dor.users",
        "tables.0.table",
        "'ven-dor' is not a valid name",
    ),
    ("table: purina.vendor.users", "table: purin.vendor.users", "tables.0.table", "Unknown database 'purin'"),
    ("table: purina.vendor.roles", "tables: x", "tables.1.tables", "Did you mean 'table'?"),
    ("key: vendor/roles", "key: vendor/users", "tables.1.key", "'vendor/users' is there twice"),
    (
        "[updated_at]",
        "updated_at",
        "tables.0.updated_at_columns",
        "found 'updated_at', a str; expected a list",
    ),
    ("[updated_at]", '["a;b"]', "tables.0.updated_at_columns.0", "'a;b' is not a valid name of a column"),
    ("  tables:", "  declared_elsewhere: true\n  tables:", "tables.0.freshness", "declared elsewhere"),
    ("  tables:", "  declared_elsewhere: perhaps\n  tables:", "declared_elsewhere", "found 'perhaps'"),
]


def message_of(yaml: str) -> str:
    with pytest.raises((InvalidYaml, InvalidDefinitions)) as raised, loaded({"a/components/defs.yaml": yaml}):
        pass
    return str(raised.value)


@pytest.mark.parametrize(("old", "new", "field", "phrase"), CASES)
def test_a_wrong_field(old: str, new: str, field: str, phrase: str) -> None:
    assert GOOD.count(old) == 1, old
    yaml = GOOD.replace(old, new)
    name = [part for part in field.split(".") if not part.isdigit()][-1] if field else "attributes"
    lines = [n for n, text in enumerate(yaml.splitlines(), 1) if re.search(rf"(^|[ {{]){name}:", text)]
    line = lines[0] if field.startswith("tables.0") or field == "name" else lines[-1]
    path = ".".join(filter(None, ["attributes", field]))
    message = message_of(yaml)
    said = [each for each in message.splitlines() if f"/defs/a/components/defs.yaml:{line}: {path}: " in each]
    assert len(said) == 1, message
    assert phrase in said[0], message


@pytest.mark.parametrize("missing", ["name", "group_name", "owners", "kinds"])
def test_a_missing_field(missing: str) -> None:
    yaml = "\n".join(line for line in GOOD.splitlines() if not line.startswith(f"  {missing}:"))
    assert f"defs.yaml:2: attributes.{missing}: required, but missing." in message_of(yaml)


@pytest.mark.parametrize("missing", ["key", "table"])
def test_a_missing_field_of_a_table(missing: str) -> None:
    yaml = GOOD.replace("    - key: vendor/roles\n      table: purina.vendor.roles\n", "")
    kept = {"key": "table: purina.vendor.roles", "table": "key: vendor/roles"}[missing]
    assert f"defs.yaml:14: attributes.tables.1.{missing}: required" in message_of(f"{yaml}    - {kept}\n")


def test_no_tables() -> None:
    yaml = GOOD[: GOOD.index("  tables:")] + "  tables: []\n"
    assert "defs.yaml:8: attributes.tables: found none; expected at least one." in message_of(yaml)


def test_an_asset_that_another_instance_declares_too_is_told_with_both_places() -> None:
    other = GOOD.replace("name: vendor\n  g", "name: other\n  g").replace("vendor/users", "vendor/people")
    message = message_of(f"{GOOD}---\n{other}")
    assert "asset 'vendor/roles' is also declared at" in message
    assert "/defs.yaml:14" in message
    assert "/defs.yaml:30" in message


def test_two_instances_of_one_name_are_told_with_both_places() -> None:
    message = message_of(f"{GOOD}---\n{GOOD.replace('key: vendor/', 'key: other/')}")
    assert "'vendor' is also the name of the LastUpdatedObservationComponent at" in message
    assert "/defs.yaml:3: attributes.name" in message
