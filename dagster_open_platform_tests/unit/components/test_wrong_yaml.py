"""Wrong YAML is answered with file, line, field, what was found and what was expected."""

import textwrap

import pytest

from dagster_open_platform.lib.definition_checks import InvalidDefinitions
from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform_tests.fixtures.components import loaded

GOOD = """\
type: dagster_open_platform.lib.ExecutableComponent
attributes:
  name: good
  execute_fn: .functions.materialize
  assets:
    - key: good
---
"""
EXECUTABLE = {
    "name": "bad",
    "execute_fn": ".functions.materialize",
    "assets": "[{key: bad}]",
}
SCHEDULE = {"name": "bad", "target": '"key:good"', "cron": '"0 6 * * *"', "environments": "[local]"}


def document(kind: str, attributes: dict[str, str]) -> str:
    lines = [f"type: dagster_open_platform.lib.{kind}", "attributes:"]
    return "\n".join([*lines, *(f"  {key}: {value}" for key, value in attributes.items())]) + "\n"


def message_of(yaml: str, folder: str = "a/components/") -> str:
    with (
        pytest.raises((InvalidYaml, InvalidDefinitions)) as raised,
        loaded({f"{folder}defs.yaml": yaml}, resources={"store": [], "warehouse": 1}),
    ):
        pass
    return str(raised.value)


def place(message: str, yaml: str, field: str, folder: str = "a/components/") -> None:
    """The message starts with the file, the line on which the field stands, and the field's path."""
    name = [part for part in field.split(".") if not part.isdigit()][-1]
    lines = yaml.splitlines()
    line = max(number for number, text in enumerate(lines, 1) if f"{name}:" in text)
    assert f"/defs/{folder}defs.yaml:{line}: {field}: " in message, message


EXECUTABLE_CASES = [
    ("execute_fn", ".missing.fn", ["there is no module", ".missing"]),
    ("execute_fn", ".function.materialize", ["there is no module", "Did you mean", "functions'"]),
    ("execute_fn", ".functions.materialise", ["no attribute 'materialise'", "Did you mean 'materialize'?"]),
    ("execute_fn", ".functions.NOT_A_FUNCTION", ["is a int", "expected a function"]),
    ("execute_fn", ".functions.variadic", ["parameter *resources", "resource key"]),
    ("execute_fn", ".........functions.materialize", ["above the top"]),
    ("execute_fn", "materialize", ["expected the dotted path"]),
    ("execute_fn", "no_such_package.module.fn", ["there is no module no_such_package"]),
    ("name", "not-a-name", ["found 'not-a-name'", "letters, digits and underscores"]),
    ("partitions_def", "{type: dayly, start_date: 2026-06-01}", ["'dayly'", "'daily'"]),
    ("pool", "[a, b]", ["found ['a', 'b'], a list; expected a string"]),
    ("tags", "3", ["found 3"]),
]


@pytest.mark.parametrize(("field", "value", "phrases"), EXECUTABLE_CASES)
def test_a_wrong_field_of_an_executable(field: str, value: str, phrases: list[str]) -> None:
    yaml = GOOD + document("ExecutableComponent", {**EXECUTABLE, field: value})
    message = message_of(yaml)
    place(message, yaml, f"attributes.{field}.type" if field == "partitions_def" else f"attributes.{field}")
    assert all(phrase in message for phrase in phrases), message


NESTED_CASES = [
    (
        "partitions_def",
        "start_date",
        "{type: daily,\n    start_date: yesterday}",
        ["found 'yesterday'", "a date"],
    ),
    ("partitions_def", "start_date", "{type: daily,\n    start_date: 2026-02-30}", ["found '2026-02-30'"]),
    ("partitions_def", "start_date", "{type: hourly,\n    start_date: noon}", ["a date and time"]),
    (
        "partitions_def",
        "start_date",
        "{type: daily,\n    start_date: '2026-06-01T05:00'}",
        ["without a time"],
    ),
    (
        "partitions_def",
        "start_date",
        "{type: daily,\n    start_date: '2026-06-01T00:00+02:00'}",
        ["timezone"],
    ),
    (
        "partitions_def",
        "timezone",
        "{type: daily, start_date: 2026-06-01,\n    timezone: Europe/Berlln}",
        ["found 'Europe/Berlln'", "Did you mean 'Europe/Berlin'?"],
    ),
    (
        "partitions_def",
        "day_offset",
        "{type: weekly, start_date: 2026-06-01,\n    day_offset: 7}",
        ["found 7"],
    ),
    (
        "partitions_def",
        "end_ofset",
        "{type: daily, start_date: 2026-06-01,\n    end_ofset: 1}",
        ["unknown field 'end_ofset'", "Did you mean 'end_offset'?"],
    ),
    (
        "partitions_def",
        "partition_keys",
        "{type: static,\n    partition_keys: [a, a]}",
        ["a key is there twice"],
    ),
    ("retry_policy", "max_retries", "{delay: 1,\n    max_retries: many}", ["found 'many'"]),
    ("retry_policy", "backoff", "{max_retries: 2,\n    backoff: square}", ["'linear'", "'exponential'"]),
    ("backfill_policy", "type", "{\n    type: single}", ["'single_run'"]),
]


@pytest.mark.parametrize(("field", "inner", "value", "phrases"), NESTED_CASES)
def test_a_wrong_part_of_a_field_has_its_own_line(
    field: str, inner: str, value: str, phrases: list[str]
) -> None:
    yaml = GOOD + document("ExecutableComponent", {**EXECUTABLE, field: value})
    message = message_of(yaml)
    place(message, yaml, f"attributes.{field}.{inner}")
    assert all(phrase in message for phrase in phrases), message
    assert len(message.splitlines()) == 1, message


SCHEDULE_CASES = [
    ("cron", '"61 6 * * *"', ["found '61 6 * * *'", "five fields"]),
    ("cron", "daily", ["found 'daily'"]),
    ("timezone", "Mars/Olympus", ["found 'Mars/Olympus'", "IANA"]),
    ("environments", "[production]", ["found 'production'", "Valid: branch, dogfood, local, prod."]),
    ("environments", "[]", ["at least one of local, branch, dogfood, prod"]),
    ("target", '"key:"', ["expected an asset selection"]),
    ("target", '"key:goood"', ["matches no asset", "Did you mean 'good'?"]),
    ("target", "group:nowhere", ["matches no asset"]),
    ("default_status", "on", ["found True"]),
]


@pytest.mark.parametrize(("field", "value", "phrases"), SCHEDULE_CASES)
def test_a_wrong_field_of_a_schedule(field: str, value: str, phrases: list[str]) -> None:
    yaml = GOOD + document("ScheduleComponent", {**SCHEDULE, field: value})
    message = message_of(yaml)
    field = f"{field}.0" if value == "[production]" else field
    place(message, yaml, f"attributes.{field}")
    assert all(phrase in message for phrase in phrases), message


def test_a_target_of_different_partitionings() -> None:
    assets = [
        document(
            "ExecutableComponent",
            {**EXECUTABLE, "name": kind, "assets": f"[{{key: {kind}}}]", "partitions_def": definition},
        )
        for kind, definition in {
            "daily": "{type: daily, start_date: 2026-06-01}",
            "weekly": "{type: weekly, start_date: 2026-06-01}",
        }.items()
    ]
    yaml = "---\n".join([*assets, document("ScheduleComponent", {**SCHEDULE, "target": '"*"'})])
    message = message_of(yaml)
    place(message, yaml, "attributes.target")
    assert "daily has" in message
    assert "weekly has" in message


@pytest.mark.parametrize(
    ("kind", "attributes", "unknown", "nearest"),
    [
        ("ExecutableComponent", EXECUTABLE, "retry_polcy", "retry_policy"),
        ("ScheduleComponent", SCHEDULE, "timezon", "timezone"),
    ],
)
def test_an_unknown_field(kind: str, attributes: dict[str, str], unknown: str, nearest: str) -> None:
    yaml = GOOD + document(kind, {**attributes, unknown: "1"})
    message = message_of(yaml)
    place(message, yaml, f"attributes.{unknown}")
    assert f"unknown field {unknown!r}. Did you mean {nearest!r}?" in message


def test_an_unknown_field_of_an_asset() -> None:
    yaml = GOOD + document(
        "ExecutableComponent",
        {**EXECUTABLE, "assets": "\n    - key: other\n    - key: bad\n      grup_name: x"},
    )
    message = message_of(yaml)
    place(message, yaml, "attributes.assets.1.grup_name")
    assert "Did you mean 'group_name'?" in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("missing", ["name", "execute_fn"])
def test_a_missing_field(missing: str) -> None:
    yaml = GOOD + document(
        "ExecutableComponent", {key: value for key, value in EXECUTABLE.items() if key != missing}
    )
    message = message_of(yaml)
    assert f"/defs/a/components/defs.yaml:9: attributes.{missing}: required, but missing." in message


def test_missing_attributes() -> None:
    message = message_of(GOOD + "type: dagster_open_platform.lib.ExecutableComponent\n")
    assert "defs.yaml:8: attributes: missing; at least name, execute_fn expected." in message


def test_neither_assets_nor_checks() -> None:
    message = message_of(
        GOOD + document("ExecutableComponent", {"name": "bad", "execute_fn": ".functions.materialize"})
    )
    assert "defs.yaml:9: attributes: neither assets nor checks" in message


def test_partitions_of_checks_alone() -> None:
    yaml = GOOD + document(
        "ExecutableComponent",
        {
            "name": "bad",
            "execute_fn": ".functions.check",
            "checks": "[{asset: good, name: fine}]",
            "partitions_def": "{type: daily, start_date: 2026-06-01}",
        },
    )
    place(message_of(yaml), yaml, "attributes.partitions_def")


@pytest.mark.parametrize(
    "kind", ["dagster_open_platform.lib.ExecutableComponen", "dagster_open_platform.libs.X", ".nowhere.X"]
)
def test_an_unknown_component_type(kind: str) -> None:
    message = message_of(GOOD + f"type: {kind}\nattributes:\n  name: x\n")
    assert f"defs.yaml:8: type: component type {kind!r} does not exist" in message
    if kind.endswith("Componen"):
        assert "Did you mean 'dagster_open_platform.lib.ExecutableComponent'?" in message


def test_an_unknown_key_of_the_document() -> None:
    message = message_of(GOOD + document("ExecutableComponent", EXECUTABLE) + "atributes: {}\n")
    assert "defs.yaml:13: atributes: " in message


def test_text_that_is_not_yaml() -> None:
    message = message_of(GOOD + "type: [unclosed\n")
    assert "defs.yaml:8: not YAML: while parsing a flow sequence that begins here: " in message
    assert "noticed on line 9" in message


def test_an_undefined_template_variable() -> None:
    yaml = GOOD + document("ExecutableComponent", {**EXECUTABLE, "pool": '"{{ pol }}"'})
    message = message_of(yaml)
    assert "defs.yaml:13: attributes.pool: there is no template variable 'pol'. Valid: " in message


def test_the_file_at_the_root_of_defs() -> None:
    yaml = "type: dagster.DefsFolderComponent\nattributes:\n  extra: 1\n"
    assert "/defs/defs.yaml:3: attributes.extra: " in message_of(yaml, folder="")


def test_an_error_inside_the_module() -> None:
    yaml = document("ExecutableComponent", {**EXECUTABLE, "execute_fn": ".broken.fn"})
    for line, phrase in [
        ("import no_such_library", "ModuleNotFoundError"),
        ("1 / 0", "ZeroDivisionError"),
        ("from dagster import nonsense", "ImportError"),
    ]:
        with (
            pytest.raises(InvalidYaml) as raised,
            loaded(
                {"a/components/defs.yaml": yaml, "a/components/broken.py": f"# Not importable.\n\n{line}\n"}
            ),
        ):
            pass
        message = str(raised.value)
        place(message, yaml, "attributes.execute_fn")
        assert f"exists, but importing it raises {phrase} at " in message
        assert "/a/components/broken.py:3: " in message


def test_a_parameter_that_no_resource_provides() -> None:
    yaml = GOOD + document("ExecutableComponent", {**EXECUTABLE, "execute_fn": ".functions.with_store"})
    with (
        pytest.raises(InvalidDefinitions) as raised,
        loaded({"a/components/defs.yaml": yaml}, resources={"stores": []}),
    ):
        pass
    message = str(raised.value)
    place(message, yaml, "attributes.execute_fn")
    assert "no resource provides parameter 'store' of with_store. Did you mean 'stores'?" in message


def test_an_asset_in_two_files_names_both() -> None:
    other = document("ExecutableComponent", {**EXECUTABLE, "assets": "\n    - key: x\n    - key: good"})
    with (
        pytest.raises(InvalidDefinitions) as raised,
        loaded({"a/components/defs.yaml": GOOD[:-4], "b/components/defs.yaml": other}),
    ):
        pass
    message = str(raised.value)
    assert "asset 'good' is also declared" in message
    assert "/a/components/defs.yaml:6: " in message
    assert "/b/components/defs.yaml:7" in message


def test_an_asset_in_yaml_and_in_python_names_both() -> None:
    python = textwrap.dedent(
        """
        import dagster as dg


        @dg.asset
        def good() -> None: ...
        """
    )
    with (
        pytest.raises(InvalidDefinitions) as raised,
        loaded({"a/components/defs.yaml": GOOD[:-4], "a/py/assets.py": python}),
    ):
        pass
    message = str(raised.value)
    assert "/a/components/defs.yaml:6" in message
    assert "/a/py/assets.py:" in message


def test_a_check_in_two_files_names_both() -> None:
    check = {
        "name": "check",
        "execute_fn": ".functions.check",
        "checks": "[{asset: good, name: fine}]",
    }
    with (
        pytest.raises(InvalidDefinitions) as raised,
        loaded(
            {
                "a/components/defs.yaml": GOOD + document("ExecutableComponent", check),
                "b/components/defs.yaml": document("ExecutableComponent", {**check, "name": "check_2"}),
            }
        ),
    ):
        pass
    message = str(raised.value)
    assert "check 'fine' of asset 'good'" in message
    assert "/a/components/defs.yaml:12: " in message
    assert "/b/components/defs.yaml:5" in message


def test_a_name_in_two_files_names_both() -> None:
    with (
        pytest.raises(InvalidDefinitions) as raised,
        loaded(
            {
                "a/components/defs.yaml": document("ExecutableComponent", EXECUTABLE),
                "b/components/defs.yaml": document(
                    "ExecutableComponent", {**EXECUTABLE, "assets": "[{key: b}]"}
                ),
            }
        ),
    ):
        pass
    assert "/a/components/defs.yaml:3: attributes.name: 'bad' is also the name of" in str(raised.value)
    assert "/b/components/defs.yaml:3" in str(raised.value)


def test_all_problems_are_listed() -> None:
    yaml = GOOD + "---\n".join(
        document("ScheduleComponent", {**SCHEDULE, "name": name, "target": target})
        for name, target in {"one": "group:x", "two": "group:y"}.items()
    )
    assert len(message_of(yaml).splitlines()) == 2
