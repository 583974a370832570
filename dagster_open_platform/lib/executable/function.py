"""From a dotted path in YAML to a Python function that Dagster can call.

What belongs here: finding the function and reading its signature, with errors that say which part of the path is wrong.
What does not: what becomes of the function (``component.py``).
"""

import importlib
import importlib.util
import inspect
import pkgutil
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from dagster_open_platform.lib.yaml_component import invalid_value
from dagster_open_platform.lib.yaml_errors import suggestion


class UnusableFunctionError(ValueError):
    """The function cannot be found or cannot be called; the message says why, without a place."""


@dataclass(frozen=True)
class FunctionParameters:
    """What a function asks for.

    Args:
        context: Whether it takes Dagster's execution context.
        config: The ``dg.Config`` class of its ``config`` parameter, if it has one.
        resources: The keys of the resources that it takes: the names of all its other parameters.
    """

    context: bool
    config: type[dg.Config] | None
    resources: Sequence[str]


def resolve_function(context: dg.ResolutionContext, dotted_path: str) -> Callable[..., Any]:
    """Imports the function that YAML names.

    Args:
        context: Where the path stands; a relative one starts at the folder of the YAML file.
        dotted_path: ``package.module.function``, or with leading dots as in a Python ``from`` import: one dot is the
            YAML file's own folder, two dots its parent.

    Raises:
        InvalidYaml: It cannot be imported, is not a function, or has parameters that cannot be filled.
    """
    load_context = dg.ComponentLoadContext.from_resolution_context(context)
    package = load_context.defs_relative_module_name(load_context.path)
    try:
        function = import_function(dotted_path, package)
        function_parameters(function)
    except UnusableFunctionError as error:
        raise invalid_value(context, f"found {dotted_path!r}; {error}") from error.__cause__
    return function


def import_function(dotted_path: str, package: str) -> Callable[..., Any]:
    """Imports a function.

    Args:
        dotted_path: Absolute, or relative to ``package``.
        package: The dotted name of the package that leading dots start from.

    Raises:
        UnusableFunctionError: The message tells a missing module from a missing function and from an error inside.
    """
    name = dotted_path.rpartition(".")[2]
    relative = dotted_path.removesuffix(name)
    module_path = relative if not relative.strip(".") else relative.removesuffix(".")
    if not name or not module_path:
        raise UnusableFunctionError(
            "expected the dotted path of a function: module.function or .module.function."
        )
    try:
        module_name = importlib.util.resolve_name(module_path, package).removesuffix(".")
    except ImportError:
        raise UnusableFunctionError(f"the leading dots go above the top of {package}.") from None
    module = _import_module(module_name)
    if not hasattr(module, name):
        functions = [n for n, value in vars(module).items() if callable(value) and not n.startswith("_")]
        raise UnusableFunctionError(
            f"module {module_name} has no attribute {name!r}.{suggestion(name, functions)}"
        )
    function = getattr(module, name)
    if not callable(function):
        raise UnusableFunctionError(
            f"{module_name}.{name} is a {type(function).__name__}; expected a function."
        )
    return function


def _import_module(module_name: str) -> Any:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            raise UnusableFunctionError(
                f"there is no module {error.name}.{suggestion(error.name, _siblings(error.name))}"
            ) from None
        raise _failed_import(module_name, error) from error
    except Exception as error:
        raise _failed_import(module_name, error) from error


def _failed_import(module_name: str, error: Exception) -> UnusableFunctionError:
    frames = traceback.extract_tb(error.__traceback__)
    at = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return UnusableFunctionError(
        f"module {module_name} exists, but importing it raises {type(error).__name__}{at}: {error}"
    )


def _siblings(module_name: str) -> list[str]:
    """The modules that are there beside the one that is not."""
    parent = module_name.rpartition(".")[0]
    if not parent:
        return []
    found = importlib.import_module(parent)
    return [f"{parent}.{module.name}" for module in pkgutil.iter_modules(getattr(found, "__path__", []))]


def function_parameters(function: Callable[..., Any]) -> FunctionParameters:
    """Reads what a function asks for.

    Raises:
        UnusableFunctionError: It takes parameters that have no name to look up, or ``config`` without a ``dg.Config`` class.
    """
    try:
        parameters = inspect.signature(function, eval_str=True).parameters
    except NameError as error:
        raise UnusableFunctionError(
            f"an annotation of {function.__name__} cannot be evaluated: {error}"
        ) from None
    for parameter in parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise UnusableFunctionError(
                f"parameter {parameter} of {function.__name__} has no name that could be a resource key; expected"
                " plain parameters: context, config and resource keys."
            )
    config = parameters["config"].annotation if "config" in parameters else None
    if config is not None and not (inspect.isclass(config) and issubclass(config, dg.Config)):
        raise UnusableFunctionError(
            f"parameter config of {function.__name__} must be annotated with a subclass of dg.Config."
        )
    return FunctionParameters(
        context="context" in parameters,
        config=config,
        resources=[name for name in parameters if name not in ("context", "config")],
    )
