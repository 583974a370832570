"""The fields of a JSON schema as tables: one for the component, one for each model that stands in it.

What belongs here: reading the schema, and how a type, a default and an example are written. What does not: the rest of a page.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import Enum
from typing import Any

import yaml

HEAD = "| field | type | default | what it is | example |\n|---|---|---|---|---|"
TYPED = re.compile(r"`((?:dg|just|dagster|uv|python|dbt|git) [^`]*)`")
"""Commands, which other pages explain: here they are only named."""
SHOWN = 240
"""Characters of a default or an example."""


def tables(schema: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The name of each model that is reached, and its table; the first has no name.

    Args:
        schema: Of a component's attributes.
        defaults: Of the component's own fields, where the schema does not tell them.
    """
    definitions = schema.get("$defs", {})
    schema = _with_choices(schema, definitions)
    waiting: list[tuple[str, Mapping[str, Any]]] = [("", schema)]
    seen: set[str] = set()
    while waiting:
        name, model = waiting.pop(0)
        if "properties" in model:
            yield name, _table(model, {} if name else defaults)
        for field in model.get("properties", {}).values():
            for reference in _references(field):
                if reference not in seen:
                    seen.add(reference)
                    waiting.append((reference, _with_choices(definitions[reference], definitions)))


def _with_choices(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """A schema in which a choice stands where it is referred to: it has no fields, and so no table."""
    if isinstance(schema, Mapping):
        found = definitions.get(str(schema.get("$ref", "")).rpartition("/")[2], {})
        if "enum" in found:
            return {**schema, **found, "$ref": None, "description": schema.get("description", "")}
        return {key: _with_choices(inner, definitions) for key, inner in schema.items() if key != "$defs"}
    return [_with_choices(inner, definitions) for inner in schema] if isinstance(schema, list) else schema


def _table(model: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    required = set(model.get("required", ()))
    rows = [
        f"| `{name}` | {_type_of_field(field)} | {_default(name, field, required, defaults)} | {cell(field.get('description', ''))} | {_example(field)} |"
        for name, field in sorted(model["properties"].items(), key=lambda item: item[0] not in required)
    ]
    return "\n".join([HEAD, *rows])


def title(reference: str) -> str:
    """What a model is called: the name of its class, without what Dagster puts behind it."""
    return reference.removesuffix("Model").removesuffix("Kwargs").removesuffix("Yaml")


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if schema.get("$ref"):
            yield schema["$ref"].rpartition("/")[2]
        for inner in schema.values():
            yield from _references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _references(inner)


def _type(field: Mapping[str, Any]) -> str:
    if field.get("$ref"):
        name = title(field["$ref"].rpartition("/")[2])
        return f"[{name}](#{name.lower()})"
    alternatives = field.get("anyOf") or field.get("oneOf")
    if alternatives:
        return " or ".join(dict.fromkeys(_type(each) for each in alternatives if each.get("type") != "null"))
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    if field.get("type") == "object" and isinstance(field.get("additionalProperties"), Mapping):
        return f"mapping to {_type(field['additionalProperties'])}"
    kind = str(field.get("type", "any"))
    return {"object": "mapping", "boolean": "true or false"}.get(kind, kind)


def _type_of_field(field: Mapping[str, Any]) -> str:
    """Without the text that any field may be as a template, which is said once, above the tables; unless texts are meant."""
    alternatives = field.get("anyOf", ())
    others = [each for each in alternatives if each.get("type") != "string" or "enum" in each]
    is_choice = any("enum" in each or "const" in each for each in others)
    meant = any(isinstance(example, str) for example in field.get("examples", ())) and not is_choice
    return _type(
        field if meant or not [each for each in others if each.get("type") != "null"] else {"anyOf": others}
    )


def _default(name: str, field: Mapping[str, Any], required: set[str], defaults: Mapping[str, Any]) -> str:
    if name in required:
        return "**required**"
    value = field.get("default")
    if value is None or value == "__DAGSTER_UNSET_DEFAULT__":
        value = defaults.get(name)
    if value is None:
        return ""
    return _code(value)


def _example(field: Mapping[str, Any]) -> str:
    return "<br>".join(_code(example) for example in field.get("examples", ())[:3])


def plain(value: Any) -> Any:
    """A field's default as YAML has it; None if it is nothing that YAML has."""
    if isinstance(value, timedelta):
        hours = value / timedelta(hours=1)
        return {"hours": int(hours)} if hours.is_integer() else {"minutes": value / timedelta(minutes=1)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [plain(each) for each in value] or None
    return value if isinstance(value, str | int | float | bool) else None


def _code(value: Any) -> str:
    if isinstance(value, str):
        text = value
    else:
        text = yaml.safe_dump(
            json.loads(json.dumps(value)),
            default_flow_style=True,
            sort_keys=False,
            width=10_000,
            allow_unicode=True,
        )
        text = text.removesuffix("...\n").strip()
    if len(text) > SHOWN:
        text = f"{text[:SHOWN]}…"
    return f"`{text}`".replace("|", "\\|").replace("\n", " ")


def cell(text: str) -> str:
    """A text in a table."""
    return TYPED.sub(r"\1", " ".join(text.split())).replace("|", "\\|")
