"""The columns of observed tables, from a file beside the instance."""

from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.lib.observation.table_columns import read_columns
from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform_tests.fixtures.components import loaded

YAML = """\
type: dagster_open_platform.lib.LastUpdatedObservationComponent
attributes:
  name: vendor_last_updated
  group_name: vendor
  owners: [team:data-platform]
  kinds: [snowflake]
  columns: columns.yaml
  tables:
    - {key: vendor/users, table: purina.vendor.users, updated_at_columns: [loaded_at]}
"""
COLUMNS = """\
"*":
  loaded_at: [timestamp, When it was loaded.]
users:
  id: [integer, Its id.]
  name: What people call it.
"""


def _files(columns: str) -> dict[str, str]:
    return {"a/components/defs.yaml": YAML, "a/components/columns.yaml": columns}


def test_the_columns_are_the_assets_metadata() -> None:
    with loaded(_files(COLUMNS), {"warehouse": None}) as defs:
        [spec] = defs.resolve_all_asset_specs()
        schema = spec.metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    assert [(column.name, column.type, column.description) for column in schema.columns] == [
        ("id", "integer", "Its id."),
        ("name", "string", "What people call it."),
        ("loaded_at", "timestamp", "When it was loaded."),
    ]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (COLUMNS.replace("users:", "people:"), "columns.yaml has no columns of users"),
        (COLUMNS + "roles:\n  id: Its id.\n", "columns.yaml has columns of roles"),
    ],
)
def test_tables_and_columns_belong_together(columns: str, expected: str) -> None:
    with pytest.raises(InvalidYaml, match=f"attributes.columns: {expected}"), loaded(_files(columns)):
        pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- users", ":1: expected tables"),
        ("users: [id]", "users: found .*; expected its columns"),
        ("users:\n  id: [number, Its id.]", r"users.id: found .*types: bool"),
        ("users:\n  id: 3", "users.id: found 3"),
        ("users:\n  id: [", r"columns.yaml:\d: not YAML"),
    ],
)
def test_a_wrong_file_is_told(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text(text)
    with pytest.raises(InvalidYaml, match=expected):
        read_columns(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidYaml, match="cannot be read"):
        read_columns(tmp_path / "columns.yaml")
