"""The command that brings the state file to what Fivetran has."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dagster_open_platform.lib.definition_checks import components
from dagster_open_platform.lib.fivetran.component import FivetranComponent
from dagster_open_platform.lib.fivetran.fake import FakeConnector, FakeFivetran
from dagster_open_platform.lib.fivetran.fetch import fetch_state
from dagster_open_platform.lib.fivetran.protocol import ConnectorDetails, SchemaConfig
from dagster_open_platform.lib.fivetran.refresh import instances, main
from dagster_open_platform.lib.fivetran.resource import FivetranResource
from dagster_open_platform.lib.fivetran.state import read_state, state_text
from dagster_open_platform.lib.http import NotFound, TimedOut
from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.fivetran_fake import (
    CRM,
    CRM_SCHEMAS,
    EMPTY,
    YAML,
    account,
    answering_with,
    connectors,
    state,
)

RESOURCES: dict[str, str] = dict.fromkeys(("fivetran", "warehouse"), "not used")


def without_columns(schemas: dict[str, SchemaConfig]) -> dict[str, SchemaConfig]:
    return {
        source: schema._replace(
            tables={name: each._replace(columns={}) for name, each in schema.tables.items()}
        )
        for source, schema in schemas.items()
    }


def test_what_is_fetched_is_what_there_is() -> None:
    assert fetch_state(account(), "acme") == state()


def test_columns_that_the_schemas_leave_out_are_asked_for() -> None:
    class Terse(FakeFivetran):
        def schemas(self, connector_id: str) -> dict[str, SchemaConfig]:
            return without_columns(dict(super().schemas(connector_id)))

    found = fetch_state(Terse(connectors()), "acme")
    for before, after in zip(state().connectors.values(), found.connectors.values(), strict=True):
        assert [each[1:2] + each[3:] for each in after.tables()] == [
            each[1:2] + each[3:] for each in before.tables()
        ]


def test_columns_that_a_source_does_not_tell_are_left_as_the_schemas_have_them() -> None:
    fake = account()
    fake.fail_next("columns", *[NotFound("no columns")] * 3)
    assert fetch_state(fake, "acme") == state()


def test_a_connector_that_has_not_looked_at_its_source_has_no_tables() -> None:
    fake = FakeFivetran(
        [*connectors(), FakeConnector(ConnectorDetails(EMPTY, "new", "zoom", "purple_group"))]
    )
    fake.fail_next("schemas", NotFound("no schema"))
    found = fetch_state(fake, "acme")
    assert found.connectors[CRM].schemas == {}
    assert list(found.connectors[EMPTY].tables()) == []


@contextmanager
def component() -> Iterator[FivetranComponent]:
    files = {"fivetran/defs.yaml": YAML, "fivetran/state.json": state_text(state())}
    with loaded(files, RESOURCES) as defs:
        [found] = components(defs)
        assert isinstance(found, FivetranComponent)
        yield found


@dataclass(frozen=True)
class Command:
    """The command over one instance; gives the exit code and both outputs."""

    component: FivetranComponent
    capsys: pytest.CaptureFixture[str]

    @property
    def path(self) -> Path:
        return self.component.state_path

    def __call__(self, fivetran: FivetranResource, *arguments: str) -> tuple[int, str, str]:
        code = main(arguments, lambda _: [self.component], fivetran)
        out, err = self.capsys.readouterr()
        return code, out, err


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    monkeypatch.setenv("FIVETRAN_ACCOUNT_ID", "acme")
    with component() as found:
        yield Command(found, capsys)


def changed() -> FakeFivetran:
    fake = account()
    tables = {name: each for name, each in CRM_SCHEMAS["CRM"].tables.items() if name != "CONTACT"}
    fake[CRM].schemas = {**CRM_SCHEMAS, "CRM": CRM_SCHEMAS["CRM"]._replace(tables=tables)}
    return fake


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_nothing_has_changed(command: Command, arguments: list[str]) -> None:
    code, out, err = command(answering_with(account()), *arguments)
    assert (code, err) == (0, "")
    assert out == f"{command.path} is as Fivetran has it.\n"


def test_the_file_is_renewed_and_the_difference_is_printed(command: Command) -> None:
    code, out, _ = command(answering_with(changed()))
    assert code == 0
    assert out.splitlines() == [f"{command.path} is renewed:", "- table crm.contact (2 columns)"]
    assert read_state(command.path) == fetch_state(changed(), "acme")
    assert command(answering_with(changed()), "--check")[0] == 0


def test_check_compares_and_writes_nothing(command: Command) -> None:
    before = command.path.read_text()
    code, out, _ = command(answering_with(changed()), "--check")
    assert code == 1
    assert "- table crm.contact" in out
    assert command.path.read_text() == before


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_a_missing_or_wrong_file_is_made_anew(command: Command, text: str | None) -> None:
    path = command.path
    path.unlink()
    if text is not None:
        path.write_text(text)
    assert command(answering_with(account()), "--check")[0] == 1
    code, out, _ = command(answering_with(account()))
    assert code == 0
    assert "+ connector crm (salesforce, vivid_lantern: 2 tables, 5 columns)" in out
    assert read_state(path) == state()


def test_a_file_that_only_looks_different_is_written_as_it_should_look(command: Command) -> None:
    path = command.path
    path.write_text(path.read_text() + "\n")
    code, out, _ = command(answering_with(account()))
    assert (code, out.splitlines()[1:]) == (0, ["~ only its form"])
    assert path.read_text() == state_text(state())


def test_a_key_that_sees_nothing_does_not_empty_the_graph(command: Command) -> None:
    before = command.path.read_text()
    code, out, err = command(answering_with(FakeFivetran()))
    assert (code, out) == (2, "")
    assert "no connectors" in err
    assert command.path.read_text() == before


def test_what_is_wrong_is_one_line(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = account()
    fake.fail_next("group_ids", TimedOut("Fivetran did not answer\nin time."))
    assert command(answering_with(fake)) == (2, "", "Fivetran did not answer in time.\n")
    monkeypatch.delenv("FIVETRAN_ACCOUNT_ID")
    code, _, err = command(answering_with(account()))
    assert code == 2
    assert "set FIVETRAN_ACCOUNT_ID" in err
    assert len(err.splitlines()) == 1


def test_wrong_arguments_are_told(command: Command) -> None:
    with pytest.raises(SystemExit) as raised:
        command(answering_with(account()), "--chek")
    assert raised.value.code == 2


def test_the_project_has_an_instance() -> None:
    [found] = instances(REPOSITORY_ROOT)
    assert found.state_path.is_relative_to(REPOSITORY_ROOT / "dagster_open_platform" / "defs" / "fivetran")


def test_an_account_that_is_another_one_is_told(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIVETRAN_ACCOUNT_ID", "other")
    code, out, _ = command(answering_with(account()))
    assert code == 0
    assert "~ account acme changed to other" in out
    assert read_state(command.path) == replace(state(), account_id="other")
