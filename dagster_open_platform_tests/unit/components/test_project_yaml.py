"""Every YAML document of the project is valid: ``dg check yaml`` looks only at the last one of each type in a file."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

import dagster_open_platform.defs
from dagster_open_platform import lib
from dagster_open_platform.lib.yaml_errors import COMPONENT_FILES

FOLDER = Path(dagster_open_platform.defs.__file__).parent
KEYS = {"type", "attributes", "template_vars_module", "requirements", "post_processing"}


def documents() -> Iterator[tuple[str, Any]]:
    for path in sorted(path for name in COMPONENT_FILES for path in FOLDER.rglob(name)):
        for number, document in enumerate(yaml.safe_load_all(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(FOLDER)}[{number}]", document


DOCUMENTS = dict(documents())


def model_of(document: dict[str, Any]) -> type[BaseModel]:
    module, _, name = document["type"].rpartition(".")
    return getattr(import_module(module), name).get_model_cls()


def test_there_are_documents() -> None:
    assert len(DOCUMENTS) >= 4


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_valid(name: str) -> None:
    document = DOCUMENTS[name]
    assert set(document) <= KEYS
    if "attributes" in document:
        TypeAdapter(model_of(document)).validate_python(_as_dagster_reads(document["attributes"]))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_editor_finds_a_document_valid(name: str) -> None:
    """Editors check against the JSON schema that the component publishes."""
    document = DOCUMENTS[name]
    if "attributes" in document:
        schema = model_of(document).model_json_schema()
        jsonschema.validate(_as_dagster_reads(document["attributes"]), schema)


SCHEMAS = {name: getattr(lib, name).get_model_cls().model_json_schema() for name in lib.__all__}
FIELDS = [
    (name, model, field)
    for name, schema in SCHEMAS.items()
    for model, definition in {"": schema, **schema.get("$defs", {})}.items()
    for field in definition.get("properties", {})
]


def field_of(name: str, model: str, field: str) -> dict[str, Any]:
    schema = SCHEMAS[name]
    return (schema["$defs"][model] if model else schema)["properties"][field]


def test_there_are_fields_of_every_component() -> None:
    assert {name for name, model, _ in FIELDS if not model} == set(lib.__all__)
    assert {model for _, model, _ in FIELDS} > {"Timedelta", "AssetSpecKwargsModel", "ColumnYamlModel"}


@pytest.mark.parametrize("name", lib.__all__)
def test_every_field_of_our_components_is_explained(name: str) -> None:
    """Those of nested models too. What can only have one value needs no example."""
    fields = {(m, f): field_of(n, m, f) for n, m, f in FIELDS if n == name}
    lacking = {
        place: field
        for place, field in fields.items()
        if len(field.get("description", "").split()) < 1 or not ("const" in field or field.get("examples"))
    }
    assert lacking == {}


@pytest.mark.parametrize("name", lib.__all__)
def test_examples_are_valid(name: str) -> None:
    """An editor offers them."""
    definitions = SCHEMAS[name].get("$defs", {})
    wrong = {
        (model, field, str(example)): error.message
        for component, model, field in FIELDS
        if component == name
        for example in field_of(name, model, field).get("examples", ())
        for error in jsonschema.Draft202012Validator(
            {**field_of(name, model, field), "$defs": definitions}
        ).iter_errors(example)
    }
    assert wrong == {}


@pytest.mark.parametrize("name", lib.__all__)
def test_a_list_of_components_says_what_each_does(name: str) -> None:
    """`dg list components` shows the first paragraph of the class's docstring."""
    summary = (inspect.getdoc(getattr(lib, name)) or "").split("\n\n")[0]
    assert "\n" not in summary
    assert summary.endswith(".")
    assert 40 <= len(summary) <= 160
    assert getattr(lib, name).__doc__ not in (lib.ExecutableComponent.__mro__[1].__doc__, None)


def _as_dagster_reads(value: Any) -> Any:
    """Dagster's loader leaves dates as texts; PyYAML makes them dates."""
    if isinstance(value, dict):
        return {key: _as_dagster_reads(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_dagster_reads(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
