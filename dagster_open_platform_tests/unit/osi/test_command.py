"""The command that prints the statement of a semantic view, and the model that the platform has."""

from pathlib import Path

import pytest
import sqlglot
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.osi.command import laid_out, main
from dagster_open_platform.lib.osi.translate import sources
from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_tests.fixtures.osi import SALES

ARR = (
    REPOSITORY_ROOT
    / "dagster_open_platform"
    / "defs"
    / "snowflake"
    / "components"
    / "semantic"
    / "arr.osi.yaml"
)


def test_it_prints_the_statement(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(ARR)]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    lines = printed.out.splitlines()
    assert lines[0] == 'CREATE OR REPLACE SEMANTIC VIEW "DWH_REPORTING"."PRODUCT"."ARR" TABLES ('
    assert [line for line in lines if line.startswith(")")][:-1] == [
        ") RELATIONSHIPS (",
        ") FACTS (",
        ") DIMENSIONS (",
        ") METRICS (",
    ]
    assert lines[-1].endswith("COPY GRANTS;")
    assert max(line.count(" AS ") for line in lines if '"CUSTOMERS"."ARR"' in line) == 1


def test_the_view_has_the_name_that_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(ARR), "--name", "purina.semantic.revenue"]) == 0
    assert '"PURINA"."SEMANTIC"."REVENUE" TABLES (' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "arguments", "phrase"),
    [
        (None, [], "There is no semantic model"),
        (SALES, [], "sales.osi.yaml:8: semantic_model.0.datasets.0.source: 'dwh.shop.orders' is no table of"),
        (SALES.replace("dwh.", "purina."), ["--name", "a.b"], "'a.b' is no name of a view"),
        (
            SALES.replace("dwh.", "purina."),
            ["--name", "purina.a.b c"],
            "'b c' is not a valid name of a table",
        ),
        (SALES.replace("name: of_customer", "nam: x"), [], "relationships.0.nam: unknown field 'nam'."),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, arguments: list[str], phrase: str
) -> None:
    file = tmp_path / "sales.osi.yaml"
    if text is not None:
        file.write_text(text)
    assert main([str(file), *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert phrase in printed.err
    assert len(printed.err.splitlines()) == (2 if "nam:" in phrase else 1)


TEXTS = st.builds(
    lambda text, quote: "'" + text.replace("\\", "\\\\").replace("Q", quote) + "'",
    st.text('aQ()," \n\\', max_size=12),
    st.sampled_from(["''", "\\'"]),
)
"""Texts of Snowflake's, in which a quote is written in either way."""


@given(st.lists(st.tuples(st.sampled_from(["A AS f(1, 2)", '"b (,"', "c"]), TEXTS), min_size=1, max_size=4))
def test_laying_out_changes_nothing_but_spaces_between(parts: list[tuple[str, str]]) -> None:
    inner = ", ".join(f"{name} COMMENT {text}" for name, text in parts)
    sql = f"CREATE x TABLES ({inner}) FACTS ({inner}) COMMENT = {parts[0][1]}"
    tokenize = sqlglot.Dialect.get_or_raise("snowflake").tokenize
    assert [token.text for token in tokenize(laid_out(sql))] == [token.text for token in tokenize(sql)]
    assert laid_out(sql).count("\n  ") >= 2 * len(parts)


def test_the_asset_of_arr_depends_on_what_the_model_reads() -> None:
    declared = yaml.safe_load((ARR.parent / "defs.yaml").read_text())["attributes"]
    assert declared["options"]["osi"] == ARR.name
    assert declared["asset_attributes"]["deps"] == [source.replace(".", "/") for source in sources(ARR)]
