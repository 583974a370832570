"""Metrics: what they aggregate, and of which table of a semantic view each is.

What belongs here: the rules of https://docs.snowflake.com/en/user-guide/views-semantic/validation-rules and
https://docs.snowflake.com/en/user-guide/views-semantic/sql ("Defining derived metrics") for metrics. What does not: fields
(`fields.py`).

OSI's metrics belong to no dataset. One whose aggregates are all over one dataset, or over it and those that its rows
belong to, becomes a metric of that dataset's table; one with aggregates over several becomes a derived metric, of no table.
A metric that another one speaks of by name is written out where it stands, so that what an engine gets are aggregates of
fields, each written `dataset.field`.
"""

from dataclasses import dataclass

from sqlglot import exp

from dagster_open_platform.lib.osi.expressions import aggregates, is_inside, parsed, snowflake_sql
from dagster_open_platform.lib.osi.fields import Datasets, by_name
from dagster_open_platform.lib.osi.files import ROOT, OsiFile, Place
from dagster_open_platform.lib.osi.model import Metric
from dagster_open_platform.lib.osi.relationships import Relationships
from dagster_open_platform.lib.yaml_errors import suggestion


@dataclass(frozen=True)
class ResolvedMetric:
    """A metric, as a semantic view has it.

    Args:
        declared: As the file has it.
        expression: Aggregates of fields written `dataset.field`, in Snowflake's SQL.
        dataset: Whose metric it is; None: a derived one.
    """

    declared: Metric
    expression: str
    dataset: str | None


def metrics(file: OsiFile, datasets: Datasets, related: Relationships) -> tuple[ResolvedMetric, ...]:
    """Translate the metrics of a model.

    Raises:
        InvalidOsi: A field or metric does not exist, a field is not aggregated, or metrics are made of one another in a
            circle.
        UntranslatableOsi: A semantic view cannot say of which table a metric is, or has a field of its name there.
    """
    return _Metrics(file, datasets, related).all()


class _Metrics:
    def __init__(self, file: OsiFile, datasets: Datasets, related: Relationships) -> None:
        self._file = file
        self._datasets = datasets
        self._related = related
        self._declared = file.model.metrics
        self._index = by_name(file, (*ROOT, "metrics"), "metric", self._declared)
        self._trees: dict[str, exp.Expr] = {}

    def all(self) -> tuple[ResolvedMetric, ...]:
        return tuple(self._metric(name) for name in self._index)

    def _metric(self, name: str) -> ResolvedMetric:
        place = (*ROOT, "metrics", self._index[name])
        tree = self._tree(name, ())
        declared = self._declared[self._index[name]]
        home = self._home((*place, "expression"), tree)
        if home is not None:
            dataset = self._datasets.named(place, home)
            if name in self._datasets.fields(dataset):
                raise self._file.untranslatable(
                    (*place, "name"),
                    f"{home!r}, whose metric this is, has a field of that name; give one of them another.",
                )
        return ResolvedMetric(declared, snowflake_sql(tree), home)

    def _tree(self, name: str, path: tuple[str, ...]) -> exp.Expr:
        """The expression with every name resolved, and other metrics written out."""
        place: Place = (*ROOT, "metrics", self._index[name])
        here = (*place, "expression")
        if name in path:
            circle = " -> ".join([*path[path.index(name) :], name])
            raise self._file.invalid(here, f"metrics are made of one another in a circle: {circle}.")
        if name not in self._trees:
            tree = parsed(self._file, place, self._declared[self._index[name]].expression)
            for found in aggregates(tree):
                if found.find_ancestor(exp.AggFunc):
                    problem = f"{found.sql()!r} is inside another aggregate; rows are aggregated once."
                    raise self._file.untranslatable(here, problem)
            self._trees[name] = tree.transform(
                lambda node: self._column(here, node, (*path, name)) if isinstance(node, exp.Column) else node
            )
        return self._trees[name]

    def _column(self, place: Place, node: exp.Column, path: tuple[str, ...]) -> exp.Expr:
        """What a name in a metric's expression stands for."""
        if node.table:
            dataset = self._datasets.named(place, node.table)
            fields = self._datasets.fields(dataset)
            if node.name.lower() not in fields:
                near = suggestion(node.name, [field.declared.name for field in fields.values()])
                raise self._file.invalid(
                    place, f"the dataset {dataset.name!r} has no field {node.name!r}.{near}"
                )
            return exp.column(fields[node.name.lower()].declared.name, table=dataset.name)
        if node.name.lower() not in self._index:
            near = suggestion(node.name, self._known(node.name.lower(), path[-1]))
            raise self._file.invalid(place, f"{node.name!r} is neither dataset.field nor a metric.{near}")
        if node.find_ancestor(exp.AggFunc):
            raise self._file.untranslatable(
                place, f"{node.name!r} is a metric, and aggregated already; it cannot be aggregated again."
            )
        return exp.Paren(this=self._tree(node.name.lower(), path).copy())

    def _known(self, name: str, user: str) -> list[str]:
        """What may have been meant by a name: the fields of that name, or else anything that another metric may use."""
        fields = {
            f"{dataset.name}.{field.declared.name}": key
            for _, dataset in self._datasets
            for key, field in self._datasets.fields(dataset).items()
        }
        same = [written for written, key in fields.items() if key == name]
        return same or [*fields, *(each.name for each in self._declared if each.name.lower() != user)]

    def _home(self, place: Place, tree: exp.Expr) -> str | None:
        """The dataset whose metric an expression is; None: it is a derived one."""
        found = list(aggregates(tree))
        for column in tree.find_all(exp.Column):
            if not any(is_inside(column, each) for each in found):
                raise self._file.invalid(
                    place, f"{column.sql()!r} is not aggregated; a metric is of many rows."
                )
        homes = [self._finest(place, each) for each in found]
        named = list(dict.fromkeys(home for home in homes if home is not None))
        if not named:
            raise self._file.invalid(
                place, "it aggregates no field, so it is of no dataset; to count rows, COUNT a key of theirs."
            )
        if len(named) == 1:
            return named[0]
        for each, home in zip(found, homes, strict=True):
            if home is None:
                raise self._file.untranslatable(
                    place,
                    f"{each.sql()!r} does not say which of {', '.join(named)} it counts; COUNT a key instead.",
                )
            if len({column.table for column in each.find_all(exp.Column)}) > 1:
                raise self._file.untranslatable(
                    place,
                    f"{each.sql()!r} is over several datasets, and the metric has aggregates of others too; make it a"
                    " metric of its own over one dataset.",
                )
        return None

    def _finest(self, place: Place, aggregate: exp.Expr) -> str | None:
        """The dataset whose rows are aggregated: the one from whose rows the others are reached."""
        names = list(dict.fromkeys(column.table for column in aggregate.find_all(exp.Column)))
        for name in names:
            if self._related.reached[name].issuperset(names):
                return name
        if names:
            raise self._file.untranslatable(
                place,
                f"{aggregate.sql()!r} is over {' and '.join(names)}, and no relationship leads from the rows of one to"
                " one row of each other.",
            )
        return None
