"""Datasets and their fields: which there are, and what each field is over the columns of its table.

What belongs here: names, columns, keys. What does not: what joins datasets (`relationships.py`) and what is measured
(`metrics.py`).

In a field's expression `dataset.name` is a field of that dataset if there is one, and otherwise a column, as is a name alone.
In a semantic view any name is the field's, except in the expression of that field itself
(https://docs.snowflake.com/en/user-guide/views-semantic/validation-rules, "Name resolution"). So a column that another field
hides, because it has the column's name and another value, is refused. A key becomes columns.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlglot import exp

from dagster_open_platform.lib.osi.expressions import parsed
from dagster_open_platform.lib.osi.files import ROOT, OsiFile, Place
from dagster_open_platform.lib.osi.model import Dataset, OsiField
from dagster_open_platform.lib.warehouse.errors import InvalidIdentifier
from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.yaml_errors import suggestion

# https://docs.snowflake.com/en/sql-reference/reserved-keywords: expressions are written without quotes.
_RESERVED = frozenset(
    """
    ALL ALTER AND ANY AS BETWEEN BY CASE CAST CHECK COLUMN CONNECT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME
    CURRENT_TIMESTAMP CURRENT_USER DELETE DISTINCT DROP ELSE EXISTS FALSE FOLLOWING FOR FROM FULL GRANT GROUP HAVING ILIKE
    IN INCREMENT INNER INSERT INTERSECT INTO IS JOIN LATERAL LEFT LIKE LOCALTIME LOCALTIMESTAMP MINUS NATURAL NOT NULL OF ON
    OR ORDER QUALIFY REGEXP REVOKE RIGHT RLIKE ROW ROWS SAMPLE SELECT SET SOME START TABLE TABLESAMPLE THEN TO TRIGGER TRUE
    TRY_CAST UNION UNIQUE UPDATE USING VALUES WHEN WHENEVER WHERE WITH
    """.split()  # noqa: SIM905 - a list would be longer than a screen
)


@dataclass(frozen=True)
class ResolvedField:
    """A field, as a semantic view has it.

    Args:
        declared: As the file has it.
        place: Where.
        tree: Its expression; each name is written `dataset.name`.
        columns: Those of its names that are columns, in lower case.
        column: The column that it is, if it is one and nothing more.
    """

    declared: OsiField
    place: Place
    tree: exp.Expr
    columns: frozenset[str]
    column: str | None


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def by_name(file: OsiFile, place: Place, what: str, things: Sequence[_Named]) -> dict[str, int]:
    """Positions in a list, by name in lower case.

    Args:
        file: Where the list stands.
        place: Of the list.
        what: What it lists, for messages.
        things: The list.

    Raises:
        InvalidOsi: A name is there twice; case does not distinguish names.
        UntranslatableOsi: A name is not a plain one.
    """
    found: dict[str, int] = {}
    for index, thing in enumerate(things):
        here = (*place, index, "name")
        _plain(file, here, thing.name, what)
        if thing.name.lower() in found:
            raise file.invalid(
                here, f"there is another {what} {thing.name!r}, and case does not distinguish them."
            )
        found[thing.name.lower()] = index
    return found


def _plain(file: OsiFile, place: Place, name: str, what: str) -> None:
    try:
        validated(name, what)
    except InvalidIdentifier as error:
        raise file.untranslatable(place, str(error.description)) from None
    if name.upper() in _RESERVED:
        raise file.untranslatable(place, f"{name!r} is a word of SQL that cannot name a {what}.")


class Datasets:
    """The datasets of a model, whose names and fields have been checked.

    Args:
        file: The model.

    Raises:
        InvalidOsi: Names are there twice, an expression is not SQL, or fields are made of one another in a circle.
        UntranslatableOsi: A semantic view cannot have a name or an expression.
    """

    def __init__(self, file: OsiFile) -> None:
        self._file = file
        self._datasets = file.model.datasets
        self._index = by_name(file, (*ROOT, "datasets"), "dataset", self._datasets)
        self._fields = {
            name: by_name(file, (*ROOT, "datasets", index, "fields"), "field", self._datasets[index].fields)
            for name, index in self._index.items()
        }
        self._resolved: dict[tuple[str, str], ResolvedField] = {}
        for dataset, fields in self._fields.items():
            for field in fields:
                self._resolve(dataset, field, ())
        for (dataset, _), resolved in self._resolved.items():
            self._refuse_hidden(dataset, resolved)

    def __iter__(self) -> Iterator[tuple[Place, Dataset]]:
        """Each with its place, in the file's order."""
        for index, dataset in enumerate(self._datasets):
            yield (*ROOT, "datasets", index), dataset

    def named(self, place: Place, name: str) -> Dataset:
        """The dataset that is meant at a place.

        Raises:
            InvalidOsi: There is none.
        """
        if name.lower() not in self._index:
            near = suggestion(name, [dataset.name for dataset in self._datasets])
            raise self._file.invalid(place, f"there is no dataset {name!r}.{near}")
        return self._datasets[self._index[name.lower()]]

    def fields(self, dataset: Dataset) -> Mapping[str, ResolvedField]:
        """The fields of a dataset by name in lower case, in the file's order."""
        name = dataset.name.lower()
        return {field: self._resolved[name, field] for field in self._fields[name]}

    def key(self, dataset: Dataset, place: Place, names: Sequence[str]) -> tuple[str, ...]:
        """The columns of a key.

        Args:
            dataset: Whose.
            place: Of the list of names.
            names: Of columns, or of fields that are columns.

        Raises:
            InvalidOsi: A field is more than a column, or a column is there twice.
            UntranslatableOsi: A name is not a plain one, or another field hides a column.
        """
        fields = self.fields(dataset)
        columns: list[str] = []
        for index, name in enumerate(names):
            here = (*place, index)
            _plain(self._file, here, name, "column")
            field = fields.get(name.lower())
            column = name if field is None else field.column
            if column is None:
                raise self._file.invalid(here, f"the field {name!r} is computed; a key is made of columns.")
            if column.lower() in columns:
                raise self._file.invalid(here, f"the column {column!r} is there twice.")
            self._refuse_hiding(dataset.name, here, column, None)
            columns.append(column.lower())
        return tuple(columns)

    def _resolve(self, dataset: str, name: str, path: tuple[str, ...]) -> ResolvedField:
        if (dataset, name) in self._resolved:
            return self._resolved[dataset, name]
        place: Place = (
            *ROOT,
            "datasets",
            self._index[dataset],
            "fields",
            self._fields[dataset][name],
        )
        if name in path:
            circle = " -> ".join([*path[path.index(name) :], name])
            raise self._file.invalid(
                (*place, "expression"), f"fields are made of one another in a circle: {circle}."
            )
        declared = self._datasets[self._index[dataset]].fields[self._fields[dataset][name]]
        tree = parsed(self._file, place, declared.expression)
        if tree.find(exp.AggFunc):
            raise self._file.invalid(
                (*place, "expression"), "it aggregates; a field is a value of one row, a metric of many."
            )
        columns: set[str] = set()

        def named(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            other = self._other(dataset, place, node, (*path, name))
            if other is None:
                columns.add(node.name.lower())
            written = other.declared.name if other else node.name.lower()
            return exp.column(written, table=self._datasets[self._index[dataset]].name)

        alone = None
        if isinstance(tree, exp.Column):
            other = self._other(dataset, place, tree, (*path, name))
            alone = other.column if other else tree.name.lower()
        tree = tree.transform(named)
        self._resolved[dataset, name] = ResolvedField(declared, place, tree, frozenset(columns), alone)
        return self._resolved[dataset, name]

    def _other(
        self, dataset: str, place: Place, node: exp.Column, path: tuple[str, ...]
    ) -> ResolvedField | None:
        """The field that a name in a field's expression stands for; None: it is a column."""
        here = (*place, "expression")
        name = node.name.lower()
        if node.table and self.named(here, node.table) is not self._datasets[self._index[dataset]]:
            raise self._file.untranslatable(
                here,
                f"{node.sql()!r} is of another dataset; a field is made of its own row. Metrics join datasets.",
            )
        if node.table and name in self._fields[dataset] and name != path[-1]:
            return self._resolve(dataset, name, path)
        _plain(self._file, here, name, "column")
        return None

    def _refuse_hidden(self, dataset: str, resolved: ResolvedField) -> None:
        for column in sorted(resolved.columns):
            self._refuse_hiding(dataset, (*resolved.place, "expression"), column, resolved)

    def _refuse_hiding(self, dataset: str, place: Place, column: str, user: ResolvedField | None) -> None:
        hiding = self._resolved.get((dataset.lower(), column.lower()))
        if hiding is not None and hiding is not user and hiding.column != column.lower():
            raise self._file.untranslatable(
                place,
                f"a semantic view would not take the column {column!r} but the field of that name, which has"
                " another value; give that field a name of its own.",
            )
