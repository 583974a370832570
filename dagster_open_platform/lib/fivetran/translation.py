"""`translation`: what YAML says of every table's asset, as templates over `props` and `spec`.

What belongs here: compiling the templates once and filling them in for each table. What does not: what an asset is without them
(`specs.py`).

Dagster's own resolver compiles each template anew for each asset, which for hundreds of tables takes longer than all the rest of
loading them.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import dagster as dg
from dagster.components.resolved.core_models import (
    AssetAttributesModel,
    resolve_asset_spec_update_kwargs_to_mapping,
)
from dagster_fivetran import FivetranConnectorTableProps
from pydantic import BaseModel, ValidationError

from dagster_open_platform.lib.yaml_component import invalid_value

Translate: TypeAlias = Callable[[dg.AssetSpec, FivetranConnectorTableProps], dg.AssetSpec]
_Fill: TypeAlias = Callable[[Mapping[str, Any]], Any]
_BY_TABLE = frozenset({"props", "spec"})
_MERGED = ("metadata", "tags")


def group_from_db_and_schema(props: FivetranConnectorTableProps) -> str:
    """`<database>_<schema>` of a table in the destination, in lower case: `fivetran_salesforce`."""
    schema = props.table.partition(".")[0]
    return f"{props.database}_{schema}".lower() if props.database else schema.lower()


def resolve_translation(context: dg.ResolutionContext, model: Any) -> Translate:
    """What makes an asset's specification what YAML says.

    Raises:
        InvalidYaml: A template is not one.
    """
    if model is None:
        return lambda spec, _: spec
    fixed = {**context.scope, "group_from_db_and_schema": group_from_db_and_schema}
    if isinstance(model, str):
        fill = _compiled(context, model, fixed)
        return lambda spec, props: _applied(context, spec, fill({"props": props, "spec": spec}))
    constant: dict[str, Any] = {}
    by_table: dict[str, _Fill] = {}
    for field in sorted(model.model_fields_set):
        value = getattr(model, field)
        if _varies(value):
            by_table[field] = _compiled(context.at_path(field), value, fixed)
        else:
            constant[field] = value
    attributes = _attributes(context, AssetAttributesModel(**constant))

    def translate(spec: dg.AssetSpec, props: FivetranConnectorTableProps) -> dg.AssetSpec:
        scope = {"props": props, "spec": spec}
        filled = {
            field: _converted(context.at_path(field), field, fill(scope)) for field, fill in by_table.items()
        }
        return _replaced(spec, {**attributes, **filled})

    return translate


def _varies(value: Any) -> bool:
    """Whether a template, or one inside, depends on the table."""
    from jinja2 import TemplateError, meta
    from jinja2.nativetypes import NativeEnvironment

    if isinstance(value, str):
        try:
            found = meta.find_undeclared_variables(NativeEnvironment().parse(value))
        except TemplateError:
            return True  # compiling it tells what is wrong, and where
        return bool(found & _BY_TABLE)
    if isinstance(value, Mapping):
        return any(_varies(inner) for inner in value.values())
    return isinstance(value, list | tuple) and any(_varies(inner) for inner in value)


def _compiled(context: dg.ResolutionContext, value: Any, fixed: Mapping[str, Any]) -> _Fill:
    """What fills a value's templates in; `fixed` is what they may name besides the table."""
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.nativetypes import NativeEnvironment

    if isinstance(value, Mapping):
        members = {key: _compiled(context.at_path(key), inner, fixed) for key, inner in value.items()}
        return lambda scope: {key: fill(scope) for key, fill in members.items()}
    if isinstance(value, list | tuple):
        items = [_compiled(context.at_path(place), inner, fixed) for place, inner in enumerate(value)]
        return lambda scope: [fill(scope) for fill in items]
    if not isinstance(value, str) or not value:
        return lambda _: value
    try:
        template = NativeEnvironment(undefined=StrictUndefined).from_string(value)
    except TemplateError as error:
        raise invalid_value(context, f"found {value!r}, which is no template: {error}.") from None

    def fill(scope: Mapping[str, Any]) -> Any:
        try:
            # A template that names nothing fails when its value is used, which `str` does of one that is undefined.
            found = template.render({**fixed, **scope})
            return str(found) if isinstance(found, StrictUndefined) else found
        except Exception as error:
            table = scope["props"].table
            raise invalid_value(context, f"cannot be filled in for the table {table}: {error}.") from error

    return fill


def _applied(context: dg.ResolutionContext, spec: dg.AssetSpec, found: Any) -> dg.AssetSpec:
    """A specification from what one template for all of it gave."""
    if isinstance(found, dg.AssetSpec):
        return found
    try:
        model = found if isinstance(found, BaseModel) else AssetAttributesModel(**found)
    except (TypeError, ValidationError):
        problem = (
            f"gives a {type(found).__name__}; expected an AssetSpec or a mapping of an asset's attributes."
        )
        raise invalid_value(context, problem) from None
    return _replaced(spec, _attributes(context, model))


def _attributes(context: dg.ResolutionContext, model: BaseModel) -> dict[str, Any]:
    found = dict(resolve_asset_spec_update_kwargs_to_mapping(model=model, context=context))
    if found.get("code_version") is not None:
        found["code_version"] = str(found["code_version"])  # a template makes a number of digits
    return found


def _converted(context: dg.ResolutionContext, field: str, value: Any) -> Any:
    """A filled-in value as `AssetSpec` takes it."""
    try:
        match field:
            case "key":
                return _key(value)
            case "deps":
                return [_key(each) for each in _listed(value)]
            case "tags":
                return {str(name): str(each) for name, each in value.items()}
            case "kinds":
                return {str(each) for each in _listed(value)}
            case "group_name" | "description" | "code_version":
                return None if value is None else str(value)
            case _:
                return value
    except (TypeError, AttributeError, dg.DagsterError) as error:
        raise invalid_value(
            context, f"gives a {type(value).__name__}, which is no {field}: {error}."
        ) from None


def _key(value: Any) -> dg.AssetKey:
    if isinstance(value, dg.AssetKey):
        return value
    return dg.AssetKey.from_user_string(value) if isinstance(value, str) else dg.AssetKey(_listed(value))


def _listed(value: Any) -> list[Any]:
    if type(value) not in (list, tuple, set):  # not one of Dagster's records, which are tuples too
        raise TypeError("expected a list")
    return list(value)


def _replaced(spec: dg.AssetSpec, attributes: dict[str, Any]) -> dg.AssetSpec:
    prefix = attributes.pop("key_prefix", None)
    if prefix is not None:
        attributes["key"] = attributes.get("key", spec.key).with_prefix(prefix)
    merged = {field: attributes.pop(field) for field in _MERGED if field in attributes}
    # Each new specification is validated anew, which costs more than all the templates.
    attributes = {field: value for field, value in attributes.items() if getattr(spec, field, None) != value}
    if attributes:
        spec = spec.replace_attributes(**attributes)
    return spec.merge_attributes(**merged) if merged else spec
