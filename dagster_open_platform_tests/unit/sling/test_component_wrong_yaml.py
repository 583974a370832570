"""Wrong files of the two components are answered with file, line, field, what was found and what was expected."""

import re
from collections.abc import Mapping

import pytest

from dagster_open_platform.lib.definition_checks import InvalidDefinitions
from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform_tests.fixtures.components import loaded

RESOURCES: dict[str, str] = dict.fromkeys(("postgres", "sling", "warehouse"), "not used")
HERE = "# here"
"""Stands at the end of the line that the message must name, whichever file that is in."""
USERS = "source: PRODUCT\ntarget: PURINA\nstreams:\n  public.users:\n"
USAGE = "source: DWH_REPORTING\ntarget: PRODUCT_REPORTING\nstreams:\n  marts.usage:\n"
FILES = {
    "ingest/configs/main/directory.yaml": USERS,
    "ingest/configs/shard1/directory.yaml": USERS,
    "egress/configs/usage.yaml": USAGE,
}


def message_of(files: Mapping[str, str]) -> str:
    with (
        pytest.raises((InvalidYaml, InvalidDefinitions)) as raised,
        loaded({**FILES, **files}, RESOURCES),
    ):
        pass
    return str(raised.value)


def check(files: Mapping[str, str], field: str, phrases: list[str]) -> None:
    """The message is one line that starts with the marked place and the field, and holds the phrases."""
    message = message_of(files)
    ((name, line),) = [
        (name, number)
        for name, text in files.items()
        for number, content in enumerate(text.splitlines(), 1)
        if HERE in content
    ]
    assert re.match(rf"\S*/defs/{re.escape(name)}:{line}: {re.escape(field)}: ", message), message
    assert all(phrase in message for phrase in phrases), message
    assert len(message.splitlines()) == 1, message


def document(kind: str, attributes: str) -> str:
    return f"type: dagster_open_platform.lib.{kind}\nattributes:\n{attributes}"


def ingest(replication: str, config_dir: str = "configs", more: str = "") -> dict[str, str]:
    attributes = f"  config_dir: {config_dir}\n  replications:\n    - {replication}\n{more}"
    return {"ingest/defs.yaml": document("ProdDbReplicationsComponent", attributes)}


def egress(replication: str, config_dir: str = "configs", more: str = "") -> dict[str, str]:
    attributes = f"  config_dir: {config_dir}\n  replications:\n    - {replication}\n{more}"
    return {"egress/defs.yaml": document("EgressReplicationComponent", attributes)}


GOOD = "{name: directory, shards: [main]}"
GOOD_EGRESS = "{name: usage, deps: [marts/usage]}"


def test_the_files_are_right_before_one_is_made_wrong() -> None:
    with loaded({**FILES, **ingest(GOOD), **egress(GOOD_EGRESS)}, RESOURCES) as defs:
        assert len(defs.resolve_asset_graph().materializable_asset_keys) == 2


def test_a_marker_alone_is_no_mistake() -> None:
    with loaded({**FILES, **ingest(f"{GOOD} {HERE}")}, RESOURCES) as defs:
        assert defs.resolve_asset_graph().materializable_asset_keys


INGEST_CASES = [
    (ingest(GOOD, more=f"  onwers: [team:a] {HERE}\n"), "attributes.onwers", ["Did you mean 'owners'?"]),
    (
        ingest(f"name: directory\n      shards: [main]\n      cron_schedul: x {HERE}"),
        "attributes.replications.0.cron_schedul",
        ["unknown field", "Did you mean 'cron_schedule'?"],
    ),
    (ingest(f"{{shards: [main]}} {HERE}"), "attributes.replications.0.name", ["required, but missing"]),
    (
        ingest(f"name: directory\n      shards: main {HERE}"),
        "attributes.replications.0.shards",
        ["found 'main'", "list"],
    ),
    (
        ingest(f"name: directory\n      shards: [] {HERE}"),
        "attributes.replications.0.shards",
        ["found none", "at least one"],
    ),
    (
        ingest(f"name: directry\n      shards: [main] {HERE}"),
        "attributes.replications.0.shards.0",
        ["no file", "/main/directry.yaml", "Did you mean 'directory'?"],
    ),
    (
        ingest(f"name: directory\n      shards: [main, shrd1] {HERE}"),
        "attributes.replications.0.shards.1",
        ["no file", "no shard 'shrd1'", "Did you mean 'shard1'?"],
    ),
    (
        ingest(f"name: directory\n      shards: [eu-west] {HERE}"),
        "attributes.replications.0.shards.0",
        ["found 'eu-west'", "letters, digits and underscores"],
    ),
    (
        ingest(GOOD, config_dir=f"cnfigs {HERE}"),
        "attributes.config_dir",
        ["no folder", "Did you mean 'configs'?"],
    ),
    (
        ingest(f"{GOOD}\n    - name: directory\n      shards: [shard1, main] {HERE}"),
        "attributes.replications.1.shards.1",
        ["'directory' of 'main' is declared twice"],
    ),
    (
        ingest(f"name: directory\n      shards: [main, main] {HERE}"),
        "attributes.replications.0.shards.1",
        ["declared twice"],
    ),
    (
        ingest(f'name: directory\n      shards: [main]\n      cron_schedule: "61 * * * *" {HERE}'),
        "attributes.replications.0.cron_schedule",
        ["found '61 * * * *'", "five fields"],
    ),
    (
        ingest(f"{GOOD} {HERE}", more="  owners: [nobody]\n"),
        "attributes.replications.0",
        ["Invalid owner 'nobody'"],
    ),
    (
        ingest(f"{{name: the directory, shards: [main]}} {HERE}")
        | {"ingest/configs/main/the directory.yaml": USERS},
        "attributes.replications.0",
        ["cloud_product_the directory", "not a valid name"],
    ),
    (
        ingest(f"{{name: directory, shards: [main], asset_key_prefix: [a/b]}} {HERE}"),
        "attributes.replications.0",
        ["not a valid name"],
    ),
]


@pytest.mark.parametrize(("files", "field", "phrases"), INGEST_CASES)
def test_a_wrong_component_of_replications(files: dict[str, str], field: str, phrases: list[str]) -> None:
    check(files, field, phrases)


LENGTHS = [
    ("{hours: 0}", "", ["found 0:00:00", "a minute or more"]),
    ("{}", "", ["found 0:00:00"]),
    ("{hours: 1, minutes: -60}", "", ["found 0:00:00"]),
    ("{hours: -1}", "", ["found -1 day, 23:00:00"]),
    ("{seconds: 59}", "", ["found 0:00:59", "a minute or more"]),
    ("{hours: .inf}", "", ["inf", "no length of time"]),
    ("{hours: .nan}", "", ["nan", "no length of time"]),
    ("{days: 1e12}", "", ["1000000000000", "no length of time"]),
    ("6h", "", ["found '6h'", "{hours: 6}"]),
    ("[1]", "", ["found [1]"]),
    ("{hour: 1}", ".hour", ["unknown field 'hour'", "Did you mean 'hours'?"]),
    ("{hours: many}", ".hours", ["found 'many'", "number"]),
]


@pytest.mark.parametrize(("length", "below", "phrases"), LENGTHS)
def test_a_wrong_length_of_time(length: str, below: str, phrases: list[str]) -> None:
    files = ingest(
        f"name: directory\n      shards: [main]\n      last_update_freshness_check: {length} {HERE}"
    )
    check(files, f"attributes.replications.0.last_update_freshness_check{below}", phrases)


EGRESS_CASES = [
    (egress(GOOD_EGRESS, more=f"  owner: [team:a] {HERE}\n"), "attributes.owner", ["Did you mean 'owners'?"]),
    (
        egress(f"name: usage\n      deps: marts/usage {HERE}"),
        "attributes.replications.0.deps",
        ["found 'marts/usage'", "list"],
    ),
    (egress(f"{{name: usage}} {HERE}"), "attributes.replications.0.deps", ["required, but missing"]),
    (
        egress(f"name: usage\n      deps: [] {HERE}"),
        "attributes.replications.0.deps",
        ["found none", "at least one"],
    ),
    (
        egress(f"{{name: usge, deps: [marts/usage]}} {HERE}"),
        "attributes.replications.0.name",
        ["no file", "/usge.yaml", "Did you mean 'usage'?"],
    ),
    (
        egress(GOOD_EGRESS, config_dir=f"config {HERE}"),
        "attributes.config_dir",
        ["no folder", "Did you mean 'configs'?"],
    ),
]


@pytest.mark.parametrize(("files", "field", "phrases"), EGRESS_CASES)
def test_a_wrong_component_of_publications(files: dict[str, str], field: str, phrases: list[str]) -> None:
    check(files, field, phrases)


@pytest.mark.parametrize(
    ("old", "new", "field", "phrases"),
    [
        (
            "  public.users:",
            f"  public.users: {{mod: truncate}} {HERE}",
            "streams.public.users.mod",
            ["'mode'?"],
        ),
        ("target: PURINA", f"target: PURNA {HERE}", "target", ["'PURNA'", "Did you mean 'PURINA'?"]),
        ("source: PRODUCT", f"sourc: PRODUCT {HERE}", "sourc", ["Did you mean 'source'?"]),
    ],
)
def test_an_error_in_a_file_of_a_shard(old: str, new: str, field: str, phrases: list[str]) -> None:
    check({**ingest(GOOD), "ingest/configs/main/directory.yaml": USERS.replace(old, new)}, field, phrases)


def test_a_wrong_database_in_the_file_that_is_extended() -> None:
    files = {
        "ingest/configs/main/directory.yaml": "extends: ../directory.yaml\nsource: PRODUCT\n",
        "ingest/configs/directory.yaml": f"# Shared.\ntarget: DWH {HERE}\nstreams: {{public.users: }}\n",
    }
    check({**ingest(GOOD), **files}, "target", ["'DWH' is no database of the warehouse"])


@pytest.mark.parametrize(
    ("stream", "phrases"),
    [
        (
            "{mode: incremental, primary_key: id, update_key: at}",
            ["found the mode incremental", "full-refresh"],
        ),
        ("{mode: snapshot}", ["found the mode snapshot"]),
        ("{mode: truncate}", ["found the mode truncate"]),
        ("{update_key: at}", ["update_key means nothing"]),
        ("{columns: {amount: string}}", ["columns means nothing"]),
    ],
)
def test_what_a_publication_would_not_honour(stream: str, phrases: list[str]) -> None:
    file = USAGE.replace("  marts.usage:", f"  marts.usage: {stream} {HERE}")
    check({**egress(GOOD_EGRESS), "egress/configs/usage.yaml": file}, "streams.marts.usage", phrases)


def test_a_source_that_is_no_database() -> None:
    file = USAGE.replace("DWH_REPORTING", f"DWH_REPORTNG {HERE}")
    check(
        {**egress(GOOD_EGRESS), "egress/configs/usage.yaml": file},
        "source",
        ["'DWH_REPORTNG'", "Did you mean 'DWH_REPORTING'?"],
    )


def test_a_model_that_dbt_does_not_have() -> None:
    files = egress("{name: usage, deps: [\"{{ dbt_asset_key('pypi_downloads_dailly') }}\"]}")
    message = message_of(files)
    assert re.match(r"\S*/defs/egress/defs.yaml:5: attributes.replications.0.deps.0: ", message), message
    assert "no model 'pypi_downloads_dailly'. Did you mean 'pypi_downloads_daily'?" in message


@pytest.mark.parametrize("kind", ["ingest", "egress"])
def test_a_table_that_two_replications_write(kind: str) -> None:
    if kind == "ingest":
        other = f"{USERS.rstrip()} {HERE}\n"
        files = ingest(f"{GOOD}\n    - {{name: other, shards: [main]}}") | {
            "ingest/configs/main/other.yaml": other
        }
        check(files, "streams.public.users", ["'sling/cloud_product/users'", "/main/directory.yaml:4"])
    else:
        other = f"{USAGE.replace('marts.usage:', 'other.usage:').rstrip()} {HERE}\n"
        files = egress(f"{GOOD_EGRESS}\n    - {{name: other, deps: [other/usage]}}") | {
            "egress/configs/other.yaml": other
        }
        check(files, "streams.other.usage", ["'reporting/usage'", "/configs/usage.yaml:4"])


def test_a_table_that_two_components_write() -> None:
    text = ingest(GOOD)["ingest/defs.yaml"]
    message = message_of({"ingest/defs.yaml": f"{text}---\n{text}"})
    place = r"\S*/ingest/configs/main/directory.yaml:4"
    assert re.match(rf"{place}: asset 'sling/cloud_product/users' is also declared at {place};", message), (
        message
    )
