"""A semantic model in OSI as the declaration of a semantic view.

What belongs here: the whole, and what people and assistants are told. What does not: SQL, and making the view
(`lib/warehouse`).

What has no place in a semantic view is left out: `label`, `is_time`, `ai_context` of relationships, keys of `ai_context`
that the specification does not name, and `custom_extensions`. Instructions and examples go into the comments, which is
where Snowflake's assistant and people read them.
"""

from collections.abc import Callable
from pathlib import Path

from dagster_open_platform.lib.osi.expressions import snowflake_sql
from dagster_open_platform.lib.osi.fields import Datasets, ResolvedField
from dagster_open_platform.lib.osi.files import ROOT, OsiFile, Place, read_osi
from dagster_open_platform.lib.osi.metrics import metrics
from dagster_open_platform.lib.osi.model import AiContext, Dataset
from dagster_open_platform.lib.osi.relationships import keys_of, relationships
from dagster_open_platform.lib.warehouse.errors import InvalidIdentifier
from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.warehouse.objects import SemanticExpression, SemanticTable, SemanticView
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.utils.failures import PermanentFailure


def semantic_view(
    path: Path, name: TableRef, tables: Callable[[str], TableRef], role: str | None = None
) -> SemanticView:
    """Translate a semantic model.

    Facts and dimensions are expressions over columns of their table, and other facts and dimensions of it; metrics are
    aggregates of facts and dimensions. Each name in them is written `table.name`, where `table` is the name in the view, and
    is plain.

    Args:
        path: A file in OSI 0.1.1 with one semantic model.
        name: Of the view.
        tables: The physical table that a `source` stands for; gets it as `database.schema.table`.
        role: That shall own the view; None: the connection's.

    Raises:
        InvalidOsi: The file contradicts OSI's specification or itself; the message starts with `file:line`.
        UntranslatableOsi: It says something that a semantic view cannot say; so does that message.
        PermanentFailure: `tables` knows no such table; the message starts with `file:line`.
    """
    file = read_osi(path)
    datasets = Datasets(file)
    related = relationships(file, datasets)
    measured = metrics(file, datasets, related)
    fields = [(dataset.name, field) for _, dataset in datasets for field in datasets.fields(dataset).values()]
    view = SemanticView(
        name=name,
        tables=tuple(_table(file, datasets, place, dataset, tables) for place, dataset in datasets),
        relationships=related.found,
        facts=tuple(_row_value(*each) for each in fields if each[1].declared.dimension is None),
        dimensions=tuple(_row_value(*each) for each in fields if each[1].declared.dimension is not None),
        metrics=tuple(
            SemanticExpression(
                table=metric.dataset,
                name=metric.declared.name,
                expression=metric.expression,
                synonyms=_synonyms(metric.declared.ai_context),
                comment=_comment(metric.declared.description, metric.declared.ai_context),
            )
            for metric in measured
        ),
        comment=_comment(file.model.description, file.model.ai_context),
        role=role,
    )
    if not view.dimensions and not view.metrics:
        raise file.untranslatable(
            ROOT, "it has neither dimensions nor metrics; a semantic view needs one at least."
        )
    return view


def sources(path: Path) -> tuple[str, ...]:
    """The tables that a semantic model reads, as `database.schema.table`, each once, in the file's order.

    Args:
        path: A file in OSI 0.1.1 with one semantic model.

    Raises:
        InvalidOsi: The file is not one.
        UntranslatableOsi: A source is a query.
    """
    file = read_osi(path)
    found = [
        _source(file, (*ROOT, "datasets", index), dataset)
        for index, dataset in enumerate(file.model.datasets)
    ]
    return tuple(dict.fromkeys(found))


def _source(file: OsiFile, place: Place, dataset: Dataset) -> str:
    parts = dataset.source.split(".")
    try:
        if len(parts) == 3:
            return ".".join(validated(part, "table") for part in parts)
    except InvalidIdentifier:
        pass
    raise file.untranslatable(
        (*place, "source"),
        f"found {dataset.source!r}; expected database.schema.table: a semantic view is made of tables and views, not of"
        " queries.",
    )


def _table(
    file: OsiFile, datasets: Datasets, place: Place, dataset: Dataset, tables: Callable[[str], TableRef]
) -> SemanticTable:
    source = _source(file, place, dataset)
    try:
        table = tables(source)
    except PermanentFailure as error:
        raise file.invalid(
            (*place, "source"), f"{source!r} is no table of the warehouse: {error.description}"
        ) from error
    keys = keys_of(datasets, dataset)
    return SemanticTable(
        name=dataset.name,
        table=table,
        primary_key=keys[0] if dataset.primary_key else (),
        unique_keys=tuple(keys[1:] if dataset.primary_key else keys),
        synonyms=_synonyms(dataset.ai_context),
        comment=_comment(dataset.description, dataset.ai_context),
    )


def _row_value(table: str, field: ResolvedField) -> SemanticExpression:
    return SemanticExpression(
        table=table,
        name=field.declared.name,
        expression=snowflake_sql(field.tree),
        synonyms=_synonyms(field.declared.ai_context),
        comment=_comment(field.declared.description, field.declared.ai_context),
    )


def _synonyms(context: AiContext | None) -> tuple[str, ...]:
    return tuple(context.synonyms) if context else ()


def _comment(description: str | None, context: AiContext | None) -> str | None:
    """What people and assistants are told of a thing, on one line."""
    said = [description, context.instructions if context else None]
    if context and context.examples:
        said.append(f"Questions that it answers: {' '.join(context.examples)}")
    text = " ".join(" ".join(part.split()) for part in said if part)
    return text or None
