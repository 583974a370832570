"""Wrong YAML is answered with file, line, field, what was found and what was expected."""

import re
from collections.abc import Mapping

import pytest

from dagster_open_platform.lib.fivetran.state import state_text
from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.fivetran_fake import YAML, state

RESOURCES: dict[str, str] = dict.fromkeys(("fivetran", "warehouse"), "not used")
STATE = {"fivetran/state.json": state_text(state())}
GOOD = YAML.strip() + "\n"


def message_of(yaml: str, files: Mapping[str, str] = STATE) -> str:
    with (
        pytest.raises(InvalidYaml) as raised,
        loaded({**files, "fivetran/defs.yaml": yaml}, RESOURCES),
    ):
        pass
    return str(raised.value)


def check(yaml: str, field: str, *phrases: str, files: Mapping[str, str] = STATE) -> None:
    """The message is one line with the place of the line that is marked, the field and the phrases."""
    [line] = [number for number, text in enumerate(yaml.splitlines(), 1) if "# here" in text]
    message = message_of(yaml, files)
    assert re.match(rf"\S*/fivetran/defs.yaml:{line}: {re.escape(field)}: ", message), message
    assert all(phrase in message for phrase in phrases), message
    assert len(message.splitlines()) == 1, message


@pytest.mark.parametrize(
    ("more", "field", "phrases"),
    [
        (
            "connector_schedules:\n    vivid_lanten: 0 5 * * *  # here",
            "connector_schedules.vivid_lanten",
            ["'vivid_lanten'", "Did you mean 'vivid_lantern'?"],
        ),
        (
            "connector_schedules:\n    vivid_lantern: daily  # here",
            "connector_schedules.vivid_lantern",
            ["'daily'", "five fields"],
        ),
        ("freshness:\n    other: {hours: 3}  # here", "freshness.other", ["'other'", "just refresh-state"]),
        (
            "freshness:\n    vivid_lantern: {hours: 0}  # here",
            "freshness.vivid_lantern",
            ["a minute or more"],
        ),
        ("owners:\n    vivid_lantern: me  # here", "owners.vivid_lantern", ["'me'", "valid list"]),
        ("owners: {nobody: [me]}  # here", "owners.nobody", ["'nobody'"]),
        (
            "excluded_connector_ids:\n    - quiet_harbour  # here",
            "excluded_connector_ids.0",
            ["'quiet_harbor'"],
        ),
        ("connection_setup_tests_schedule: 4am  # here", "connection_setup_tests_schedule", ["'4am'"]),
        ("default_schedule: never  # here", "default_schedule", ["'never'"]),
        (
            "environments: [production]  # here",
            "environments.0",
            ["'production'", "Valid: branch, dogfood, local, prod."],
        ),
        ("state: elsewhere.json  # here", "state", ["elsewhere.json", "`just refresh-state`"]),
        ("descriptions: texts  # here", "descriptions", ["no folder", "texts"]),
        ("polling_sensor: true  # here", "polling_sensor", ["manual schedule"]),
        ("conector_schedules: {}  # here", "conector_schedules", ["Did you mean 'connector_schedules'?"]),
        ('translation:\n    key: "{{ props.tabel }}"  # here', "translation.key", ["'tabel'"]),
        ('translation:\n    group_name: "{{ group(props) }}"  # here', "translation.group_name", ["'group'"]),
        ('translation:\n    key: "{{ props.table"  # here', "translation.key", ["no template"]),
        ('translation:\n    deps: "{{ props.schema_config }}"  # here', "translation.deps", ["no deps"]),
        ('translation: "{{ props.table }}"  # here', "translation", ["expected an AssetSpec"]),
    ],
)
def test_a_wrong_field_is_told_with_its_place(more: str, field: str, phrases: list[str]) -> None:
    check(f"{GOOD}  {more}\n", f"attributes.{field}", *phrases)


@pytest.mark.parametrize("field", ["api_key", "api_secret"])
def test_a_secret_in_the_file_is_refused_and_not_shown(field: str) -> None:
    yaml = re.sub(rf"{field}: .*", f"{field}: abc-very-secret-123  # here", GOOD)
    check(yaml, f"attributes.workspace.{field}", f"FIVETRAN_{field.upper()}")
    assert "very-secret" not in message_of(yaml)


def test_a_missing_state_names_the_command() -> None:
    check(
        GOOD.replace("attributes:", "attributes:  # here"),
        "attributes.state",
        "state.json",
        "`just refresh-state`",
        files={},
    )


def test_another_file_as_state_is_told() -> None:
    yaml = f"{GOOD}  state: state.json  # here\n"
    phrases = ["fivetran/state.json is no state", "`just refresh-state`"]
    check(yaml, "attributes.state", *phrases, files={"fivetran/state.json": "{}"})


@pytest.mark.parametrize(
    ("text", "place"),
    [("account: [1]\n", ":1: "), ("- account\n", ":1: "), ("account: one\n  two: three\n", ":2: not YAML")],
)
def test_wrong_descriptions_are_told_with_their_file(text: str, place: str) -> None:
    files = {**STATE, "fivetran/descriptions/crm.yaml": text}
    assert f"descriptions/crm.yaml{place}" in message_of(f"{GOOD}  descriptions: descriptions\n", files)
