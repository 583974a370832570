"""A component's JSON schema, walked beside a document: which fields a mapping may have, and which values a field refuses.

What belongs here: reading the schema. What does not: the text of a document (``yaml_mutations.py``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WRONG: Mapping[str, str] = {"object": "{not: expected}", "array": "[[not_expected]]", "number": "3.25"}
"""JSON type to a YAML text of it that no field means. No text: Dagster takes one for a template, wherever it stands."""


@dataclass(frozen=True)
class Place:
    """What may stand at one place of a document.

    Args:
        root: The whole schema, which holds the definitions that others refer to.
        schemas: The alternatives.
    """

    root: Mapping[str, Any]
    schemas: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, component: type) -> "Place":
        """The `attributes` of a component class. Without a model there are none."""
        model = component.get_model_cls()
        root = model.model_json_schema() if model is not None else {"type": "object", "properties": {}}
        return cls(root, tuple(_alternatives(root, root)))

    def meant(self, values: Mapping[str, str]) -> "Place":
        """Without the alternatives whose discriminators say something else.

        Args:
            values: Scalars of the mapping that stands here.
        """
        kept = [
            schema
            for schema in self.schemas
            if all(
                "const" not in field or values.get(name) in (None, str(field["const"]))
                for name, field in schema.get("properties", {}).items()
            )
        ]
        return Place(self.root, tuple(kept))

    @property
    def fields(self) -> Mapping[str, "Place"]:
        """The named fields of a mapping that stands here, if no others are admitted; otherwise none."""
        closed = [s for s in self.schemas if "properties" in s and not s.get("additionalProperties", False)]
        found: dict[str, list[Mapping[str, Any]]] = {}
        for schema in closed:
            for name, field in schema["properties"].items():
                found.setdefault(name, []).extend(_alternatives(field, self.root))
        return {name: Place(self.root, tuple(alternatives)) for name, alternatives in found.items()}

    @property
    def required(self) -> frozenset[str]:
        """The fields without which no alternative is met."""
        sets = [frozenset(s.get("required", ())) for s in self.schemas if "properties" in s]
        return frozenset.intersection(*sets) if sets else frozenset()

    def child(self, name: str | int) -> "Place":
        """What may stand below a key or at an index."""
        found: list[Mapping[str, Any]] = []
        for schema in self.schemas:
            inner = schema.get("items") if isinstance(name, int) else _value_of(schema, name)
            if isinstance(inner, Mapping):
                found.extend(_alternatives(inner, self.root))
        return Place(self.root, tuple(found))

    def wrong_values(self) -> Iterator[str]:
        """YAML texts of types that are refused here; none if anything is admitted, or nothing is known."""
        kinds = {_kind(schema) for schema in self.schemas}
        if not kinds or "any" in kinds:
            return
        yield from (text for kind, text in WRONG.items() if kind not in kinds)


def _value_of(schema: Mapping[str, Any], name: str) -> Any:
    properties = schema.get("properties", {})
    return properties[name] if name in properties else schema.get("additionalProperties")


def _alternatives(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The schemas that a schema is one of, references followed."""
    if "$ref" in schema:
        yield from _alternatives(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
        return
    inner = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    if not inner:
        yield schema
    for one in inner:
        yield from _alternatives(one, root)


def _kind(schema: Mapping[str, Any]) -> str:
    if "const" in schema or "enum" in schema:
        return "string"
    kind = schema.get("type", "any")
    return "number" if kind in ("integer", "boolean") else str(kind)
