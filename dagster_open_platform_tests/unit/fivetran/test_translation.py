"""Templates of `translation`, compiled once, give what Dagster's own resolver gives."""

from datetime import timedelta
from typing import Any

import dagster as dg
import pytest
from dagster.components.resolved.core_models import AssetAttributesModel
from dagster.components.utils.translation import TranslatorResolvingInfo
from dagster_fivetran import FivetranConnectorTableProps

from dagster_open_platform.lib.fivetran.specs import Settings, props_of, table_spec, tables_of
from dagster_open_platform.lib.fivetran.translation import group_from_db_and_schema, resolve_translation
from dagster_open_platform_tests.fixtures.fivetran_fake import state

STATE = state()
SETTINGS = Settings.of("0 5 * * *", timedelta(hours=36), ["team:data-platform"])
TABLES: list[tuple[dg.AssetSpec, FivetranConnectorTableProps]] = [
    (table_spec(table, SETTINGS, None), props)
    for connector in STATE.connectors.values()
    for tables in [list(tables_of(STATE, connector))]
    for table, props in zip(
        tables, props_of(connector, STATE.destinations["purple_group"], tables), strict=True
    )
]
CONTEXT = dg.ResolutionContext.default()


def dagsters(model: Any, spec: dg.AssetSpec, props: FivetranConnectorTableProps) -> dg.AssetSpec:
    context = CONTEXT.with_scope(group_from_db_and_schema=group_from_db_and_schema)
    info = TranslatorResolvingInfo(model, context, model_key="translation")
    return info.get_asset_spec(spec, {"props": props, "spec": spec})


@pytest.mark.parametrize(
    "attributes",
    [
        {"key": "{{ ['raw'] + props.table.split('.') }}"},
        {"key": "raw/{{ props.table | replace('.', '/') }}"},
        {"key_prefix": "eu"},
        {"key": "{{ spec.key.path[-1] }}", "key_prefix": ["a", "b"]},
        {"group_name": "{{ group_from_db_and_schema(props) }}_raw"},
        {"description": "{{ spec.description }} By {{ props.connector_name }}.", "owners": ["team:sales"]},
        {"tags": {"connector": "{{ props.connector_id }}", "number": "1"}, "kinds": ["fivetran", "x"]},
        {"metadata": {"url": "{{ props.connector_url }}", "more": {"deep": ["{{ props.table }}", 3]}}},
        {"deps": ["{{ props.connector_name }}/api", "other"]},
        {"automation_condition": "{{ dg.AutomationCondition.eager() }}", "code_version": "3"},
        {"group_name": "{% if props.service == 'snowflake' %}a{% else %}b{% endif %}", "skippable": False},
    ],
    ids=str,
)
def test_it_gives_what_dagster_gives(attributes: dict[str, Any]) -> None:
    model = AssetAttributesModel(**attributes)
    translate = resolve_translation(CONTEXT, model)
    for spec, props in TABLES:
        ours, theirs = translate(spec, props), dagsters(model, spec, props)
        assert ours == theirs
        assert ours != spec


def test_one_template_may_give_all_of_it() -> None:
    text = "{{ {'group_name': group_from_db_and_schema(props) + '_x', 'tags': {'a': 'b'}} }}"
    translate = resolve_translation(CONTEXT, text)
    for spec, props in TABLES:
        assert translate(spec, props) == dagsters(text, spec, props)
    same = resolve_translation(CONTEXT, "{{ spec }}")
    assert [same(spec, props) for spec, props in TABLES] == [spec for spec, _ in TABLES]


def test_without_one_nothing_changes() -> None:
    translate = resolve_translation(CONTEXT, None)
    assert all(translate(spec, props) is spec for spec, props in TABLES)


def test_groups_are_named_by_database_and_schema() -> None:
    assert {group_from_db_and_schema(props) for _, props in TABLES} == {
        "fivetran_crm",
        "fivetran_google_sheets",
    }
    assert group_from_db_and_schema(TABLES[0][1]._replace(database=None)) == "crm"
