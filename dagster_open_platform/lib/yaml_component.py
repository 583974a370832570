"""The base of the platform's components: wrong YAML is reported at the line of the field, with the nearest valid name.

What belongs here: what every component needs between YAML and its fields. What does not: any component.

Dagster validates attributes with a pydantic model that it derives from the component's fields. Each of its fields also
accepts a string (a template), so pydantic reports one mistake once per alternative, under a path that mentions Python
classes and therefore has no line of its own. Here the alternatives are folded into one error at the path that is in
the file.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self

import dagster as dg
from dagster_shared.yaml_utils.source_position import SourcePosition, SourcePositionTree
from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails

from dagster_open_platform.lib.yaml_errors import InvalidYaml, invalid_yaml, position, suggestion
from dagster_open_platform.lib.yaml_models import fields_at
from dagster_open_platform.lib.yaml_schema import explained
from dagster_open_platform.lib.yaml_templates import PlainTexts
from dagster_open_platform.utils.environment_helpers import get_environment
from dagster_open_platform.utils.source_code import Reference, links_to


class YamlComponent(dg.Component, dg.Model, dg.Resolvable):
    """A component that remembers where in YAML it was declared."""

    # Fields hold Dagster's own objects once they are resolved.
    model_config = ConfigDict(arbitrary_types_allowed=True)

    _source: SourcePositionTree | None = PrivateAttr(default=None)

    @classmethod
    def get_model_cls(cls) -> type[BaseModel] | None:
        """The model of ``attributes``: Dagster's own, with errors that fit the file."""
        return located_model(cls.model())

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> "YamlComponent":
        """Makes the component from validated attributes.

        Raises:
            InvalidYaml: ``attributes`` is missing though some are required, or a value is wrong.
        """
        source = context.resolution_context.source_position_tree
        if attributes is None:
            required = [name for name, field in cls.model_fields.items() if field.is_required()]
            raise invalid_yaml(source, ["attributes"], f"missing; at least {', '.join(required)} expected.")
        component = super().load(attributes, context)
        component._source = source
        return component

    @classmethod
    def resolve_from_model(cls, context: dg.ResolutionContext, model: BaseModel) -> Self:
        """Makes the component of validated attributes; texts that are no templates are not compiled as such."""
        return super().resolve_from_model(PlainTexts.of(context), model)

    @classmethod
    def get_code_references_for_yaml(
        cls, yaml_path: Path, source_position: SourcePosition, context: dg.ComponentLoadContext
    ) -> Sequence[Reference]:
        """Where the instance is declared, in the deployed commit if one is known.

        Dagster puts it on checks, jobs, schedules and sensors as on assets, and afterwards only assets can be given another.
        """
        local = super().get_code_references_for_yaml(yaml_path, source_position, context)
        git = get_environment().git
        return local if git is None else links_to(local, git)

    def invalid(self, path: Sequence[str | int], problem: str) -> InvalidYaml:
        """The error for a field of this instance.

        Args:
            path: From ``attributes`` downwards, e.g. ``["partitions_def", "start_date"]``.
            problem: What was found and what was expected.
        """
        return invalid_yaml(self._source, ["attributes", *path], problem)

    def where(self, *path: str | int) -> str:
        """``file:line`` of a field, or of the nearest enclosing one."""
        return position(self._source, ["attributes", *path])

    def where_asset(self, key: dg.AssetKey) -> str:
        """``file:line`` of the declaration of one of this instance's assets; here, of the instance itself."""
        return self.where()


def invalid_value(context: dg.ResolutionContext, problem: str, *path: str | int) -> InvalidYaml:
    """The error for the value that a resolver was given, or for a part of it."""
    return invalid_yaml(context.source_position_tree, [*context.path, *path], problem)


@cache
def located_model(model: type[BaseModel]) -> type[BaseModel]:
    """A model that accepts what ``model`` accepts, and whose errors carry paths that exist in the file."""

    class Located(model):
        @model_validator(mode="wrap")
        @classmethod
        def _fold_alternatives(cls, data: Any, handler: Any) -> Any:
            try:
                return handler(data)
            except ValidationError as error:
                raise ValidationError.from_exception_data(
                    error.title, list(folded_errors(error, data, model))
                ) from None

        @classmethod
        def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
            """The schema, with the fields explained that models of Dagster's own leave unexplained."""
            return explained(super().model_json_schema(*args, **kwargs))

    Located.__name__ = Located.__qualname__ = model.__name__
    return Located


def folded_errors(error: ValidationError, data: Any, model: type[BaseModel]) -> Iterator[InitErrorDetails]:
    """One error per mistake, at the path of the field in ``data``.

    Args:
        error: What pydantic found, once per alternative of a union.
        data: The validated mapping.
        model: Knows the valid field names.
    """
    found = [(_path_in(data, item), item) for item in _of_intended_members(error)]
    told: set[tuple[Any, str]] = set()
    for path, item in found:
        deeper = any(len(other) > len(path) and other[: len(path)] == path for other, _ in found)
        others = any(other == path and more["type"] != "string_type" for other, more in found)
        if item["type"] == "string_type" and (deeper or others):
            continue  # only the alternative "or a template" was not met
        message = _message(item, model)
        if (path, message) in told:
            continue
        told.add((path, message))
        yield InitErrorDetails(
            type="value_error", loc=path, input=item["input"], ctx={"error": ValueError(message)}
        )


def _of_intended_members(error: ValidationError) -> list[ErrorDetails]:
    """Without the complaints of union members that were not meant: their ``type:`` says something else."""
    items = error.errors(include_url=False)
    unmeant = {item["loc"][:-1] for item in items if item["type"] == "literal_error"}
    meant = [item for item in items if not any(item["loc"][: len(member)] == member for member in unmeant)]
    return meant if any(item["type"] != "string_type" for item in meant) else items


def _path_in(data: Any, item: ErrorDetails) -> tuple[str | int, ...]:
    """The error's path without the names of union members and containers, which are not keys of the file."""
    path: list[str | int] = []
    current = data
    for part in item["loc"]:
        if _has(current, part):
            current = current[part]
            path.append(part)
        elif item["type"] == "missing" and part == item["loc"][-1]:
            path.append(part)
    if item["type"] in ("union_tag_invalid", "union_tag_not_found"):
        path.append(item.get("ctx", {})["discriminator"].strip("'"))
    return tuple(path)


def _has(container: Any, part: str | int) -> bool:
    if isinstance(container, Mapping):
        return part in container
    return isinstance(container, list | tuple) and isinstance(part, int) and part < len(container)


def _message(item: ErrorDetails, model: type[BaseModel]) -> str:
    if item["type"] == "extra_forbidden":
        name = str(item["loc"][-1])
        return f"unknown field {name!r}." + suggestion(name, fields_at(model, item["loc"][:-1]))
    if item["type"] == "missing":
        return "required, but missing."
    if item["type"] == "string_type":
        return f"found {item['input']!r}, a {type(item['input']).__name__}; expected a string."
    return f"found {item['input']!r}; {item['msg'][:1].lower()}{item['msg'][1:]}."
