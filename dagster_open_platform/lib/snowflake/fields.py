"""The fields of a declared object as YAML has them.

What belongs here: their shape, and what their values are by themselves. What does not: what they are together, by type of
object (``declared.py``).
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import dagster as dg

from dagster_open_platform.lib.warehouse.declarations import KINDS
from dagster_open_platform.lib.yaml_component import invalid_value
from dagster_open_platform.lib.yaml_errors import suggestion

TYPES = tuple(KINDS.values())
"""What can be declared."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)


def text(description: str, examples: list[Any] | None = None, name: str | None = None) -> dg.Resolver:
    """How a text is read that stays one, whatever it looks like."""
    return dg.Resolver(
        resolve_text,
        model_field_type=str,
        model_field_name=name,
        inject_before_resolve=False,
        description=description,
        examples=examples,
    )


def resolve_text(context: dg.ResolutionContext, value: Any) -> str | None:
    """A text; None where a template gives none.

    One without a template is taken as it is, for Dagster would make a pair of ``1,2`` and take the quotes off ``'x'``.
    """
    if isinstance(value, str) and not any(mark in value for mark in ("{{", "{%", "{#")):
        return value
    found = context.resolve_value(value)
    return None if found is None else str(found)


def resolve_name(context: dg.ResolutionContext, value: Any) -> str:
    """A plain name.

    Raises:
        InvalidYaml: It is none.
    """
    found = str(resolve_text(context, value))
    if not NAME.fullmatch(found):
        raise invalid_value(
            context, f"found {found!r}; expected letters, digits and underscores, not starting with a digit."
        )
    return found


def resolve_type(context: dg.ResolutionContext, value: Any) -> str:
    """A type of object.

    Raises:
        InvalidYaml: There is no such type.
    """
    found = str(resolve_text(context, value)).lower()
    if found not in TYPES:
        raise invalid_value(
            context, f"found {found!r}, which is no type of object.{suggestion(found, TYPES)}"
        )
    return found


def resolve_database(context: dg.ResolutionContext, value: Any) -> str:
    """The physical name of a database.

    Raises:
        InvalidYaml: It is written out, and so the same in every environment: a pull request would write to production.
    """
    if "{{" not in str(value):
        raise invalid_value(
            context,
            f"found {value!r}, the same name in every environment; expected a template such as"
            " \"{{ database_from_env('purina') }}\".",
        )
    return resolve_name(context, value)


def resolve_format(context: dg.ResolutionContext, value: Any) -> Mapping[str, str | int | bool] | None:
    """A file format: `type` and the options of Snowflake's FILE_FORMAT, in any case.

    Raises:
        InvalidYaml: It is no mapping, has no type, or an option is neither a text, a number nor a truth value.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise invalid_value(context, f"found {value!r}; expected a mapping such as {{type: parquet}}.")
    found = {str(name).upper(): context.at_path(name).resolve_value(option) for name, option in value.items()}
    for name, option in found.items():
        if not isinstance(option, str | int | bool):
            raise invalid_value(
                context, f"found {option!r} for {name}; expected a text, a number or true or false."
            )
    if "TYPE" not in found:
        raise invalid_value(context, "type: required, but missing; expected parquet or json.")
    return found


class ColumnYaml(dg.Model, dg.Resolvable):
    """A column of an external table."""

    name: Annotated[
        str,
        dg.Resolver(
            resolve_name,
            model_field_type=str,
            inject_before_resolve=False,
            description="In lower case.",
            examples=["event_id"],
        ),
    ]
    type: Annotated[str, text("In Snowflake's words.", ["varchar", "number(38,2)", "timestamp_ntz"])]
    expression: Annotated[
        str,
        text(
            "In Snowflake's SQL, over `value` (the row) and `metadata$filename` (the file's path in its bucket).",
            ["value:event_id::varchar", "split_part(metadata$filename, '/', 2)"],
            name="as",
        ),
    ]


class OptionsYaml(dg.Model, dg.Resolvable):
    """What there is to say of an object; which of it depends on the type."""

    comment: Annotated[
        str | None,
        text(
            "For people who meet the object in the warehouse.", ["Files of the AWS bill, as AWS writes them."]
        ),
    ] = None
    url: Annotated[
        str | None, text("Stage: where the files are, with a slash at the end.", ["s3://bucket/prefix/"])
    ] = None
    storage_integration: Annotated[
        str | None,
        text(
            "Stage: the storage integration with the credentials; an account's administrator makes it.",
            ["S3_INTEGRATION"],
        ),
    ] = None
    directory: Annotated[
        bool,
        dg.Resolver.default(
            description="Stage: whether Snowflake keeps a list of the files.", examples=[True]
        ),
    ] = False
    file_format: Annotated[
        Mapping[str, str | int | bool] | None,
        dg.Resolver(
            resolve_format,
            model_field_type=dict[str, str | int | bool] | None,
            description="Stage, external table: `type` (parquet or json) and options of Snowflake's FILE_FORMAT.",
            examples=[{"type": "json", "compression": "gzip"}],
        ),
    ] = None
    location: Annotated[
        str | None,
        text(
            "External table: the stage, with its schema and database if they are others, and the path below it.",
            ["@billing_exports/aws/cost/", "@aws.billing_exports"],
        ),
    ] = None
    pattern: Annotated[
        str | None,
        text(
            "External table: a regular expression that the whole path below the stage must match.",
            [".*[.]parquet"],
        ),
    ] = None
    auto_refresh: Annotated[
        bool,
        dg.Resolver.default(
            description="External table: whether object storage tells Snowflake of new files; it has to be set up there.",
            examples=[True],
        ),
    ] = False
    refresh_on_create: Annotated[
        bool,
        dg.Resolver.default(
            description="External table: whether files are looked for at once.", examples=[False]
        ),
    ] = True
    query: Annotated[
        str | None,
        text(
            "View, dynamic table: the query, in Snowflake's SQL, with physical names.",
            ["select * from {{ database_from_env('purina') }}.aws.aws_cost_report"],
        ),
    ] = None
    secure: Annotated[
        bool,
        dg.Resolver.default(
            description="View: whether its text is hidden from those who may only read it.", examples=[True]
        ),
    ] = False
    target_lag: Annotated[
        str | None, text("Dynamic table: how far it may be behind.", ["1 hour", "downstream"])
    ] = None
    warehouse: Annotated[
        str | None,
        text(
            "Dynamic table: the virtual warehouse that refreshes it; by default that of the connection.",
            ["{{ warehouse_from_env() }}"],
        ),
    ] = None
    refresh_mode: Annotated[
        str | None, text("Dynamic table: auto, full or incremental; by default auto.", ["incremental"])
    ] = None
    osi: Annotated[
        str | None,
        text(
            "Semantic view: the file that defines it in Open Semantic Interchange, relative to this file.",
            ["arr.osi.yaml"],
        ),
    ] = None
