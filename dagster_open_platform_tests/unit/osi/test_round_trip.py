"""Whatever semantic view there is, the model in OSI that says the same becomes that view again."""

from collections.abc import Sequence
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.warehouse.objects import (
    SemanticExpression,
    SemanticRelationship,
    SemanticTable,
    SemanticView,
)
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform_tests.fixtures.osi import VIEW, translated

COLUMNS = ("c0", "c1", "c2")
WORDS = st.text("abcß'\"{}#: ", min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)
SYNONYMS = st.lists(WORDS, max_size=2, unique=True).map(tuple)
COMMENTS = st.none() | WORDS
ROW_VALUES = ("{c}", "{c} + {d}", "UPPER({c})", "CASE WHEN {c} > 1 THEN {d} END", "{c} = 'it\\'s'")
AGGREGATES = (
    "SUM({f})",
    "COUNT(DISTINCT {f})",
    "MAX({f}) - MIN({g})",
    "COUNT_IF({f} > 0)",
    "COUNT(*) * AVG({f})",
)


@st.composite
def tables(draw: st.DrawFn) -> list[SemanticTable]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        primary = draw(st.lists(st.sampled_from(COLUMNS), max_size=2, unique=True))
        others = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=2, unique=True))
        found.append(
            SemanticTable(
                name=f"t{number}",
                table=TableRef("dwh_clone_7", "shop", f"table_{number}"),
                primary_key=tuple(primary),
                unique_keys=(tuple(others),) if set(others) != set(primary) else (),
                synonyms=draw(SYNONYMS),
                comment=draw(COMMENTS),
            )
        )
    return found


@st.composite
def fields(draw: st.DrawFn, table: str) -> list[SemanticExpression]:
    values = st.sampled_from(ROW_VALUES)
    found = [f"f{number}" for number in range(draw(st.integers(1, 3)))]
    return [
        SemanticExpression(
            table,
            name,
            draw(values).format(
                c=f"{table}.{draw(st.sampled_from(COLUMNS))}", d=f"{table}.{draw(st.sampled_from(COLUMNS))}"
            ),
            draw(SYNONYMS),
            draw(COMMENTS),
        )
        for name in found
    ]


@st.composite
def views(draw: st.DrawFn) -> SemanticView:
    of = draw(tables())
    relations = []
    for number, table in enumerate(of[1:], 1):
        # Each refers to one before it at most, so there are neither circles nor two ways.
        to = of[draw(st.integers(0, number - 1))]
        keys = [key for key in (to.primary_key, *to.unique_keys) if key]
        if keys and draw(st.booleans()):
            key = draw(st.sampled_from(keys))
            columns = tuple(draw(st.permutations(COLUMNS))[: len(key)])
            relations.append(SemanticRelationship(f"r{number}", table.name, columns, to.name, key))
    declared = [field for table in of for field in draw(fields(table.name))]
    # A fact is not told from a dimension by its name: each keeps the order of its kind.
    kinds = [draw(st.booleans()) for _ in declared]
    return SemanticView(
        name=VIEW,
        tables=tuple(of),
        relationships=tuple(relations),
        facts=tuple(field for field, is_fact in zip(declared, kinds, strict=True) if is_fact),
        dimensions=tuple(field for field, is_fact in zip(declared, kinds, strict=True) if not is_fact),
        metrics=tuple(draw(measured(declared, number)) for number in range(draw(st.integers(1, 3)))),
        comment=draw(COMMENTS),
    )


@st.composite
def measured(draw: st.DrawFn, declared: Sequence[SemanticExpression], number: int) -> SemanticExpression:
    used = draw(
        st.lists(st.sampled_from(declared), min_size=1, max_size=2, unique_by=lambda each: each.table)
    )
    parts = []
    for each in used:
        # Only a metric of one table may count rows.
        form = draw(st.sampled_from(AGGREGATES[: 4 if len(used) > 1 else 5]))
        name = f"{each.table}.{each.name}"
        parts.append(form.format(f=name, g=name))
    return SemanticExpression(
        used[0].table if len(used) == 1 else None,
        f"m{number}",
        " + ".join(parts),
        draw(SYNONYMS),
        draw(COMMENTS),
    )


def to_osi(view: SemanticView) -> dict[str, Any]:
    """The model in OSI that says what a semantic view says."""

    def told(thing: SemanticTable | SemanticExpression) -> dict[str, Any]:
        context = {"ai_context": {"synonyms": list(thing.synonyms)}} if thing.synonyms else {}
        return {**({"description": thing.comment} if thing.comment else {}), **context}

    def expression(each: SemanticExpression) -> dict[str, Any]:
        dialects = [{"dialect": "SNOWFLAKE", "expression": each.expression}]
        return {"name": each.name, "expression": {"dialects": dialects}, **told(each)}

    datasets = [
        {
            "name": table.name,
            "source": f"dwh.{table.table.schema}.{table.table.name}",
            "primary_key": list(table.primary_key),
            "unique_keys": [list(key) for key in table.unique_keys],
            **told(table),
            "fields": [
                *(expression(fact) for fact in view.facts if fact.table == table.name),
                *(
                    {**expression(dimension), "dimension": {}}
                    for dimension in view.dimensions
                    if dimension.table == table.name
                ),
            ],
        }
        for table in view.tables
    ]
    model = {
        "name": view.name.name,
        **({"description": view.comment} if view.comment else {}),
        "datasets": datasets,
        "relationships": [
            {
                "name": each.name,
                "from": each.table,
                "to": each.references,
                "from_columns": list(each.columns),
                "to_columns": list(each.referenced_columns),
            }
            for each in view.relationships
        ],
        "metrics": [expression(metric) for metric in view.metrics],
    }
    return {"version": "0.1.1", "semantic_model": [model]}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(view=views())
def test_there_and_back(view: SemanticView, tmp_path_factory: pytest.TempPathFactory) -> None:
    text = yaml.safe_dump(to_osi(view), allow_unicode=True, sort_keys=False)
    assert translated(tmp_path_factory.getbasetemp(), text) == view
