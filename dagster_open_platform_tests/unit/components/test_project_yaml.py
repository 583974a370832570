"""Every YAML document of the project is valid: ``dg check yaml`` looks only at the last one of each type in a file."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

import dagster_open_platform.defs
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


@pytest.mark.parametrize("name", [name for name, doc in DOCUMENTS.items() if ".lib." in doc["type"]])
def test_every_field_of_our_components_is_explained(name: str) -> None:
    properties = model_of(DOCUMENTS[name]).model_json_schema()["properties"]
    assert all(field.get("description") for field in properties.values()), properties


def _as_dagster_reads(value: Any) -> Any:
    """Dagster's loader leaves dates as texts; PyYAML makes them dates."""
    if isinstance(value, dict):
        return {key: _as_dagster_reads(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_dagster_reads(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
