"""Views of clones are written anew so that they read clones, and say otherwise what they said; copies of what must be masked go."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlglot
from hypothesis import example, given
from hypothesis import strategies as st
from sqlglot import exp

from dagster_open_platform.lib.snowflake.clones import MASK, MASKED_COLUMNS, MASKS, make_clones
from dagster_open_platform.lib.warehouse import TableRef
from dagster_open_platform.lib.warehouse.databases import RepointedViews
from dagster_open_platform.lib.warehouse.errors import NotAClone
from dagster_open_platform.lib.warehouse.identifiers import double_quoted
from dagster_open_platform.lib.warehouse.snowflake import views as snowflake_views
from dagster_open_platform.lib.warehouse.snowflake.session_sql import name as snowflake_name
from dagster_open_platform.lib.warehouse.views import ViewText, clones_beside, in_order, repointed
from dagster_open_platform.utils.clone_names import DatabaseClone
from dagster_open_platform.utils.environment_helpers import Engine
from dagster_open_platform_dbt import PROJECT_DIR
from dagster_open_platform_tests.fixtures.warehouse import fake_snowflake, local_duckdb

CLONES = clones_beside(DatabaseClone("purina", "7"))
QUOTED: dict[Engine, Callable[..., str]] = {"duckdb": double_quoted, "snowflake": snowflake_name}
NAME = TableRef("dwh_reporting_clone_7", "marts", "v")
HEADS = (
    "CREATE VIEW marts.v AS ",
    "create or replace view dwh_reporting.marts.v\n  as ",
    'CREATE VIEW IF NOT EXISTS "dwh_reporting"."marts"."v" AS ',
    "create view v as ",
)
DATABASES = st.sampled_from(
    ["purina", '"purina"', "PURINA", "dwh_reporting", "fivetran", "purina_clone_7", "purina_x"]
)
TABLES = st.builds(
    "{}.{}.{}".format,
    DATABASES,
    st.sampled_from(["s", '"s"', "core"]),
    st.sampled_from(["t", '"t"', "users"]),
)
COLUMNS = st.sampled_from(
    [
        "1",
        "purina.a",
        "t.purina",
        "'purina.s.t'",
        "'it''s purina.s.t'",
        "a /* purina.s.t */",
        "dwh_reporting.b + 1",
    ]
)


@st.composite
def view_texts(draw: st.DrawFn) -> str:
    """A view over some tables, with what looks like their names elsewhere."""
    tables = draw(st.lists(TABLES, min_size=1, max_size=4))
    columns = ", ".join(
        f"{each} as c{index}" for index, each in enumerate(draw(st.lists(COLUMNS, min_size=1, max_size=3)))
    )
    joined = " cross join ".join(f"{table} as j{index}" for index, table in enumerate(tables))
    return f"{draw(st.sampled_from(HEADS))}select {columns} -- purina.s.t\nfrom {joined}{draw(st.sampled_from(['', ';']))}"


def plainly(text: str, dialect: Engine, renamed: bool) -> str:
    """A view as a parser understands it, in one spelling and with its own name; with originals' databases renamed, if wanted."""
    [tree] = sqlglot.parse(text, read=dialect)
    assert isinstance(tree, exp.Create)
    tree.set("replace", True)
    tree.set("exists", False)
    for table in tree.find_all(exp.Table):
        is_own = table.find_ancestor(exp.Select) is None
        parts = [part.name.lower() for part in table.parts]
        if is_own:
            parts = [NAME.database, NAME.schema, NAME.name]
        elif renamed:
            parts[0] = CLONES.get(parts[0], parts[0])
        for key, part in zip(("catalog", "db", "this"), parts, strict=True):
            table.set(key if key != "this" else "this", exp.to_identifier(part, quoted=True))
    return tree.sql(dialect="duckdb", comments=False)


@pytest.mark.parametrize("dialect", QUOTED)
@given(text=view_texts())
@example(text="create view v as select purina.s.t.a as c0 from purina.s.t as j0")
def test_only_names_of_databases_differ(dialect: Engine, text: str) -> None:
    written = repointed(ViewText(NAME, text), CLONES, dialect, QUOTED[dialect])
    if "t.a as c0" not in text:  # a column's table is no table to the parser
        assert plainly(written, dialect, renamed=False) == plainly(text, dialect, renamed=True)
    assert written.startswith(
        f"CREATE OR REPLACE VIEW {QUOTED[dialect](NAME.database, NAME.schema, NAME.name)}"
    )
    assert repointed(ViewText(NAME, written), CLONES, dialect, QUOTED[dialect]) == written
    assert not list(in_order([ViewText(NAME, written)], CLONES, dialect))


def test_what_snowflake_says_of_a_view_stays() -> None:
    text = (
        "create or replace secure view PURINA.ACCOUNT.USERS (\"ID\" COMMENT $$it's purina.a.b$$) COMMENT = 'x' copy grants as (\n"
        'select id from "PURINA"."A"."B" /* purina.a.b */\n);'
    )
    name = TableRef("purina_clone_7", "account", "users")
    assert repointed(ViewText(name, text), CLONES, "snowflake", snowflake_name) == (
        'CREATE OR REPLACE SECURE VIEW "PURINA_CLONE_7"."ACCOUNT"."USERS" ("ID" COMMENT $$it\'s purina.a.b$$) COMMENT = \'x\''
        ' copy grants as (\nselect id from "PURINA_CLONE_7"."A"."B" /* purina.a.b */\n)'
    )


@pytest.mark.parametrize("statement", [snowflake_views.texts("purina_clone_7"), snowflake_views.drop(NAME)])
def test_every_statement_is_snowflake_s(statement: str) -> None:
    [parsed] = sqlglot.parse(statement, read="snowflake")
    assert parsed is not None
    assert not isinstance(parsed, exp.Command)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Production: views over views, made in an order that is not their names', one that persons are named by, and one that is broken."""
    with local_duckdb(tmp_path).connect() as connection:
        for statement in (
            "CREATE TABLE purina.main.t AS SELECT 1 AS n",
            "CREATE TABLE purina.main.gone AS SELECT 1 AS n",
            "CREATE VIEW purina.main.v AS SELECT * FROM purina.main.t",
            "CREATE VIEW dwh_reporting.main.z AS SELECT n FROM purina.main.v",
            "CREATE VIEW dwh_reporting.main.a AS SELECT n, 'purina.main.t' AS words FROM dwh_reporting.main.z",
            "COMMENT ON VIEW dwh_reporting.main.a IS 'of production'",
            "CREATE VIEW dwh_reporting.main.broken AS SELECT n FROM purina.main.gone",
            "CREATE VIEW dwh_reporting.main.plain AS SELECT 3 AS n",
            "CREATE SCHEMA dwh_reporting.pii",
            "CREATE VIEW dwh_reporting.pii.people AS SELECT 'ann@example.com' AS email_address",
            "DROP TABLE purina.main.gone",
        ):
            connection.execute(statement)
    return tmp_path


def test_views_of_clones_read_clones_whatever_becomes_of_the_originals(directory: Path) -> None:
    with local_duckdb(directory).connect_without_databases() as connection:
        purina, reporting = make_clones(connection, "7")
    assert purina.views == RepointedViews(1)
    assert reporting.views == RepointedViews(2, ("main.broken", "pii.people"))
    for original in ("purina", "dwh_reporting"):
        (directory / f"{original}.duckdb").rename(directory / f"{original}.away")
    branch = local_duckdb(directory).model_copy(update={"databases": dict(CLONES)})
    with branch.connect() as connection:
        connection.execute("UPDATE purina_clone_7.main.t SET n = 2")
        found = connection.query("FROM dwh_reporting_clone_7.main.a").to_pylist()
        assert found == [{"n": 2, "words": "purina.main.t"}]
        [comment] = connection.query("SELECT comment FROM duckdb_views() WHERE view_name = 'a'")["comment"]
        assert comment.as_py() == "of production"
        # What the pull request has made stays when clones are made again.
        connection.execute(
            "CREATE VIEW dwh_reporting_clone_7.pii.people AS SELECT 'masked-' || 'f00' AS email_address"
        )
    with local_duckdb(directory).connect_without_databases() as connection:
        assert [one.views for one in make_clones(connection, "7")] == [RepointedViews()] * 2


def test_no_other_database_s_views_are_touched(directory: Path) -> None:
    with local_duckdb(directory).connect_without_databases() as connection:
        for name in ("purina", "dwh_reporting", "purina_clone_", "other"):
            with pytest.raises(NotAClone):
                connection.repoint_views(name, MASKS)


def test_the_masks_are_those_of_dbt() -> None:
    [(schema, mask)] = MASKS.items()
    assert f"'{mask}' ||" in (PROJECT_DIR / "macros/naming/masked.sql").read_text()
    models = list((PROJECT_DIR / "models" / schema).glob("*.sql"))
    assert models
    assert all("masked(" in model.read_text() for model in models)
    # What holds their values is masked, too.
    others = [path for path in (PROJECT_DIR / "models").rglob("*.sql") if path not in models]
    readers = [path for path in others if f"ref('{schema}_" in path.read_text()]
    assert {path.parent.name for path in readers} == {schema for _, schema, _ in MASKED_COLUMNS}


def test_values_are_masked_once_and_stay_as_equal_as_they_were(tmp_path: Path) -> None:
    with local_duckdb(tmp_path).connect() as connection:
        for statement in (
            "CREATE SCHEMA dwh_reporting.hightouch",
            "CREATE TABLE dwh_reporting.hightouch.a AS FROM (VALUES ('x@y.z', 1), ('x@y.z', 2), (NULL, 3), ('', 4)) AS v(email, n)",
            "CREATE TABLE dwh_reporting.hightouch.b AS SELECT 'x@y.z' AS email, 'x@y.z' AS other",
            "CREATE TABLE dwh_reporting.hightouch.c AS SELECT 1 AS n",
            "CREATE VIEW dwh_reporting.hightouch.v AS SELECT email FROM dwh_reporting.hightouch.a",
            "CREATE TABLE purina.main.t AS SELECT 'x@y.z' AS email",
        ):
            connection.execute(statement)
    with local_duckdb(tmp_path).connect_without_databases() as connection:
        make_clones(connection, "7")
        found = connection.query("FROM dwh_reporting_clone_7.hightouch.v")["email"].to_pylist()
        hashed = "masked-" + hashlib.md5(b"x@y.z", usedforsecurity=False).hexdigest()
        assert found == [hashed, hashed, None, "masked-d41d8cd98f00b204e9800998ecf8427e"]
        assert connection.query("FROM dwh_reporting_clone_7.hightouch.b").to_pylist() == [
            {"email": hashed, "other": "x@y.z"}
        ]
        assert connection.mask_column("dwh_reporting_clone_7", "hightouch", "email", MASK) == 0
        with pytest.raises(NotAClone):
            connection.mask_column("dwh_reporting", "hightouch", "email", MASK)
    with local_duckdb(tmp_path).connect() as connection:
        assert connection.query(
            "SELECT count(email) AS n FROM dwh_reporting.hightouch.a WHERE email = 'x@y.z'"
        ).to_pylist() == [{"n": 2}]


def test_snowflake_runs_what_makes_a_clone_a_pull_request_s_own() -> None:
    """On fakesnow, which executes it; it clones no databases, so the clones are made by hand, as a copy is."""
    with fake_snowflake() as warehouse, warehouse.connect() as connection:
        for statement in (
            *(f"CREATE DATABASE {clone}" for clone in CLONES.values()),
            "CREATE SCHEMA purina_clone_7.s",
            "CREATE SCHEMA dwh_reporting_clone_7.hightouch",
            "CREATE SCHEMA dwh_reporting_clone_7.pii",
            "CREATE TABLE purina_clone_7.s.t AS SELECT 2 AS n",
            "CREATE SCHEMA purina.s",
            "CREATE TABLE purina.s.t AS SELECT 1 AS n",
            "CREATE VIEW dwh_reporting_clone_7.hightouch.v AS SELECT n FROM purina.s.t",
            "CREATE VIEW dwh_reporting_clone_7.pii.p AS SELECT 'x@y.z' AS email",
            "CREATE TABLE dwh_reporting_clone_7.hightouch.a AS SELECT 'x@y.z' AS email UNION ALL SELECT 'masked-f00'",
        ):
            connection.execute(statement)
        assert connection.mask_column("dwh_reporting_clone_7", "hightouch", "email", MASK) == 1
        assert connection.repoint_views("dwh_reporting_clone_7", MASKS) == RepointedViews(1, ("pii.p",))
        assert connection.query("SELECT n FROM dwh_reporting_clone_7.hightouch.v").column(0).to_pylist() == [
            2
        ]
        found = connection.query("SELECT email FROM dwh_reporting_clone_7.hightouch.a ORDER BY email").column(
            0
        )
        assert found.to_pylist() == sorted(
            ["masked-" + hashlib.md5(b"x@y.z", usedforsecurity=False).hexdigest(), "masked-f00"]
        )
        assert connection.repoint_views("dwh_reporting_clone_7", MASKS) == RepointedViews()
