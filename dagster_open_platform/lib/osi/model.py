"""What OSI's core specification lets a file say, as types.

What belongs here: the fields of version 0.1.1, the released one
(https://github.com/open-semantic-interchange/OSI/blob/main/core-spec/spec.md; as a JSON schema beside it,
`osi-schema.json`). The project goes on as Apache Ossie (https://github.com/apache/ossie), whose next version, 0.2.0.dev0,
is a draft: it adds `datatype`, and metrics inside datasets. What does not: what must fit together (`translate.py`).
"""

from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

VERSION = "0.1.1"
"""Of the specification."""

DIALECTS = ("ANSI_SQL", "SNOWFLAKE", "MDX", "TABLEAU", "DATABRICKS")
"""Of expressions."""


class _Strict(BaseModel):
    """A field that the specification does not have is an error, as in its JSON schema."""

    model_config = ConfigDict(extra="forbid", strict=True)


class AiContext(BaseModel):
    """What an assistant should know. Further keys are allowed, and nobody knows what they mean."""

    model_config = ConfigDict(extra="allow", strict=True)

    instructions: str | None = None
    synonyms: list[str] = []
    examples: list[str] = []


def _structured(value: Any) -> Any:
    """A text alone is an instruction: the specification says no more of it."""
    return {"instructions": value} if isinstance(value, str) else value


AnyAiContext: TypeAlias = Annotated[AiContext, BeforeValidator(_structured)]


class CustomExtension(_Strict):
    """What a vendor adds; `data` is JSON. Nothing in it has a place in a semantic view, so it is read and left alone."""

    vendor_name: str
    data: str


class DialectExpression(_Strict):
    """An expression in one of `DIALECTS`."""

    dialect: str
    expression: str


class Expression(_Strict):
    """The same value in several dialects."""

    dialects: list[DialectExpression] = Field(min_length=1)


class Dimension(_Strict):
    """That a field is a dimension, and whether it is one of time."""

    is_time: bool | None = None


class OsiField(_Strict):
    """A value of a row: a dimension if it says so, otherwise a fact. A `label` is for people's catalogs."""

    name: str
    expression: Expression
    dimension: Dimension | None = None
    label: str | None = None
    description: str | None = None
    ai_context: AnyAiContext | None = None
    custom_extensions: list[CustomExtension] = []


class Dataset(_Strict):
    """A table; `source` is `database.schema.table`, or a query."""

    name: str
    source: str
    primary_key: list[str] = []
    unique_keys: list[list[str]] = []
    description: str | None = None
    ai_context: AnyAiContext | None = None
    fields: list[OsiField] = []
    custom_extensions: list[CustomExtension] = []


class Relationship(_Strict):
    """Many rows of the dataset `from` belong to one of `to`."""

    name: str
    origin: str = Field(alias="from")
    to: str
    from_columns: list[str] = Field(min_length=1)
    to_columns: list[str] = Field(min_length=1)
    ai_context: AnyAiContext | None = None
    custom_extensions: list[CustomExtension] = []


class Metric(_Strict):
    """A value of many rows, made of fields written as `dataset.field`."""

    name: str
    expression: Expression
    description: str | None = None
    ai_context: AnyAiContext | None = None
    custom_extensions: list[CustomExtension] = []


class SemanticModel(_Strict):
    """Datasets, how they are related, and what is measured."""

    name: str
    description: str | None = None
    ai_context: AnyAiContext | None = None
    datasets: list[Dataset] = Field(min_length=1)
    relationships: list[Relationship] = []
    metrics: list[Metric] = []
    custom_extensions: list[CustomExtension] = []


class OsiDocument(_Strict):
    """A whole file."""

    version: str
    semantic_model: list[SemanticModel]
