"""Sequences of declarations and of what others do, on both engines, against a model of four lines."""

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.warehouse import WarehouseConnection
from dagster_open_platform.lib.warehouse.declarations import kind_of
from dagster_open_platform.lib.warehouse.errors import MissingObject, ObjectConflict
from dagster_open_platform.lib.warehouse.objects import (
    Action,
    Declaration,
    DynamicTable,
    ExternalTable,
    SemanticExpression,
    SemanticTable,
    SemanticView,
    Stage,
    View,
)
from dagster_open_platform.lib.warehouse.snowflake.connection import SnowflakeConnection
from dagster_open_platform.lib.warehouse.snowflake.fake import FakeSession
from dagster_open_platform_tests.fixtures.warehouse import ENGINES, local_duckdb
from dagster_open_platform_tests.fixtures.warehouse_objects import (
    EVENT_COLUMNS,
    JSON_GZ,
    day_file,
    event,
    json_lines,
    named,
)

KINDS = ("external table", "view", "dynamic table", "semantic view")
COMMENTS = (None, "first", "it's the \\ second\nof them")


class Site:
    """A warehouse with the tables that the declarations are made from, and somebody else who works in it."""

    def __init__(self, engine: str, directory: Path) -> None:
        self.engine, self.files = engine, directory / "files"
        file = self.files / day_file(1)
        file.parent.mkdir(parents=True)
        file.write_bytes(json_lines([event(1)]))
        self.session = FakeSession()
        self.warehouse = local_duckdb(directory / "warehouse")
        with self.connected() as connection:
            connection.create_or_refresh(self.stage())
            if engine == "duckdb":
                connection.execute("CREATE TABLE purina.exports.source AS SELECT 1 AS id, 2.5 AS amount")

    @contextlib.contextmanager
    def connected(self) -> Iterator[WarehouseConnection]:
        """A connection, a later one each time."""
        if self.engine == "duckdb":
            with self.warehouse.connect() as connection:
                yield connection
        else:
            # The fake has what the seam uses of a session, and no more.
            session = cast("Any", self.session)
            yield cast("WarehouseConnection", SnowflakeConnection(session, ["purina"]))

    def stage(self) -> Stage:
        """Where the files are."""
        return Stage(named("files"), str(self.files))

    def declared(self, kind: str, name: str, comment: str | None) -> Declaration:
        """A declaration of a kind."""
        table = named(name)
        declarations: dict[str, Declaration] = {
            "external table": ExternalTable(
                table, named("files"), JSON_GZ, "events", EVENT_COLUMNS, ("day",), comment=comment
            ),
            "view": View(table, "select id from purina.exports.source", comment=comment),
            "dynamic table": DynamicTable(
                table, "select id from purina.exports.source", "1 hour", comment=comment
            ),
            "semantic view": SemanticView(
                table,
                (SemanticTable("source", named("source"), ("id",)),),
                dimensions=(SemanticExpression("source", "number", "source.id"),),
                metrics=(SemanticExpression("source", "total", "sum(source.amount)"),),
                comment=comment,
            ),
        }
        return declarations[kind]

    def drop(self, kind: str, name: str) -> None:
        """Somebody else drops an object."""
        if self.engine == "duckdb":
            with self.connected() as connection:
                what = "TABLE" if kind in ("table", "dynamic table") else "VIEW"
                connection.execute(f"DROP {what} purina.exports.{name}")
        else:
            del self.session.objects["PURINA", "EXPORTS", name.upper(), False]

    def replace(self, kind: str, name: str) -> str:
        """Somebody else puts another object of the same kind there, without our mark; its kind: with DuckDB they make no dynamic tables."""
        if self.engine == "duckdb":
            with self.connected() as connection:
                what = "TABLE" if kind == "dynamic table" else "VIEW"
                connection.execute(f"CREATE OR REPLACE {what} purina.exports.{name} AS SELECT 7 AS seven")
            return "table" if kind == "dynamic table" else kind
        self.session.add(kind, "PURINA", "EXPORTS", name.upper())
        return kind

    def make_table(self, name: str) -> None:
        """Somebody else makes a table."""
        if self.engine == "duckdb":
            with self.connected() as connection:
                connection.execute(f"CREATE TABLE purina.exports.{name} AS SELECT 1 AS id")
        else:
            self.session.add("table", "PURINA", "EXPORTS", name.upper())


step = st.one_of(
    st.tuples(st.just("declare"), st.sampled_from(KINDS), st.sampled_from(COMMENTS)),
    st.tuples(st.sampled_from(["drop", "replace", "make_table"])),
)


@dataclasses.dataclass
class Model:
    """What stands under the name: a kind, and the declaration it was made from; None: somebody else's."""

    kind: str | None = None
    declaration: Declaration | None = None


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, min_size=1, max_size=7))
@example(
    steps=[
        ("declare", "dynamic table", None),
        ("drop",),
        ("make_table",),
        ("declare", "dynamic table", None),
    ]
)
@example(steps=[("declare", "dynamic table", None), ("replace",), ("declare", "dynamic table", None)])
def test_the_action_follows_from_what_stands_there(engine: str, steps: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        site, model = Site(engine, Path(directory)), Model()
        for what, *arguments in steps:
            if what == "declare":
                declare(site, model, *arguments)
            elif what == "make_table" and model.kind is None:
                site.make_table("thing")
                model.kind = "table"
            elif what == "drop" and model.kind is not None:
                site.drop(model.kind, "thing")
                model.kind = model.declaration = None
            elif what == "replace" and model.kind not in (None, "table"):
                model.kind, model.declaration = site.replace(model.kind, "thing"), None


def declare(site: Site, model: Model, kind: str, comment: str | None) -> None:
    declaration = site.declared(kind, "thing", comment)
    with site.connected() as connection:
        if model.kind not in (None, kind):
            with pytest.raises(ObjectConflict, match=f"{kind} is declared there.*{model.kind}"):
                connection.create_or_refresh(declaration)
            return
        result = connection.create_or_refresh(declaration)
    if model.kind is None:
        assert result.action is Action.CREATED
    elif model.declaration == declaration:
        assert result.action is Action.REFRESHED
    else:
        assert result.action is Action.ALTERED
    model.kind, model.declaration = kind, declaration


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_created_refreshed_and_altered(engine: str, kind: str, tmp_path: Path) -> None:
    site = Site(engine, tmp_path)
    actions = []
    for comment in ("a", "a", "b", "b"):
        with site.connected() as connection:
            declaration = site.declared(kind, "thing", comment)
            result = connection.create_or_refresh(declaration)
            actions.append(result.action)
            # Snowflake has nothing to refresh of a view, and asks whether it can be read.
            assert result.statements
        assert kind_of(declaration) == kind
    assert actions == [Action.CREATED, Action.REFRESHED, Action.ALTERED, Action.REFRESHED]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_stage_is_created_refreshed_and_altered_and_is_no_table(engine: str, tmp_path: Path) -> None:
    site = Site(engine, tmp_path)
    altered = dataclasses.replace(site.stage(), comment="Now with a comment.")
    with site.connected() as connection:
        assert connection.create_or_refresh(site.stage()).action is Action.REFRESHED
        assert connection.create_or_refresh(altered).action is Action.ALTERED
        assert connection.create_or_refresh(altered).action is Action.REFRESHED
        # A table may have the name of a stage.
        assert connection.create_or_refresh(site.declared("view", "files", None)).action is Action.CREATED
        assert connection.create_or_refresh(altered).action is Action.REFRESHED


@pytest.mark.parametrize("engine", ENGINES)
def test_an_external_table_wants_its_stage(engine: str, tmp_path: Path) -> None:
    site = Site(engine, tmp_path)
    declaration = site.declared("external table", "thing", None)
    assert isinstance(declaration, ExternalTable)
    for stage in (named("nothing"), named("files", "nowhere")):
        with (
            site.connected() as connection,
            pytest.raises(MissingObject, match=f"no stage {stage}.*Nothing was changed"),
        ):
            connection.create_or_refresh(dataclasses.replace(declaration, stage=stage))
    with site.connected() as connection:
        assert connection.create_or_refresh(declaration).action is Action.CREATED
