"""Parameters of a scaffolder as a model that asks for what is missing.

What belongs here: that. What does not: which parameters there are (`scaffolder.py`).
"""

import difflib
import re
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator, model_validator

from dagster_open_platform.lib.scaffolding.scaffolder import Param


@cache
def model_of(name: str, params: tuple[Param, ...]) -> type[BaseModel]:
    """The model of the answers to some parameters.

    Args:
        name: Of the scaffolder.
        params: What is asked.
    """
    fields: dict[str, Any] = {
        param.name: (
            str,
            Field(
                default=... if param.default is None else param.default,
                description=param.description,
                examples=[param.example],
            ),
        )
        for param in params
    }
    validators: dict[str, Any] = {
        "missing": model_validator(mode="before")(_completed(params)),
        **{f"check_{param.name}": field_validator(param.name)(_checked(param)) for param in params},
    }
    return create_model(
        f"{name}Params",
        __config__=ConfigDict(extra="forbid", coerce_numbers_to_str=True),
        __validators__=validators,
        **fields,
    )


def _completed(params: Sequence[Param]) -> Callable[[Any], Any]:
    """Of what was given, the whole: in a terminal, what is missing is asked for."""

    def complete(data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        names = [param.name for param in params]
        for found in data:
            if found not in names:
                near = difflib.get_close_matches(str(found), names, n=1)
                raise ValueError(
                    f"unknown parameter {found!r}. "
                    + (f"Did you mean {near[0]!r}?" if near else f"Valid: {', '.join(names)}.")
                )
        missing = [param for param in params if param.default is None and not data.get(param.name)]
        if missing and not sys.stdin.isatty():
            told = "; ".join(f"{p.option}: {p.description} For example {p.example!r}." for p in missing)
            raise ValueError(f"missing: {told}")
        return {**data, **{param.name: _asked(param) for param in missing}}

    return complete


def _asked(param: Param) -> str:
    import typer

    check = _checked(param)
    while True:
        answer = typer.prompt(f"{param.description} For example {param.example}\n{param.option}")
        try:
            return check(answer)
        except ValueError as error:
            typer.echo(f"{error}", err=True)


def _checked(param: Param) -> Callable[[str], str]:
    def check(answer: str) -> str:
        if answer == "" == param.default:
            return answer
        if param.choices and answer not in param.choices:
            near = difflib.get_close_matches(answer, param.choices, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Valid: {', '.join(param.choices)}."
            raise ValueError(f"{param.option}: found {answer!r}. {hint}")
        if not re.fullmatch(param.pattern, answer):
            raise ValueError(
                f"{param.option}: found {answer!r}; expected {param.expected}, such as {param.example!r}."
            )
        return answer

    return check
