"""The base of the components' scaffolders: which parameters there are, and what is written.

What belongs here: that a component's module may import while the code location loads, which is little. What does not: what only happens when
somebody scaffolds: asking (`asking.py`), the place (`place.py`), writing (`writing.py`).
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    from pydantic import BaseModel

    from dagster_open_platform.lib.scaffolding.place import Place

WAREHOUSE = ("SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER", "SNOWFLAKE_PRIVATE_KEY", "WAREHOUSE_DUCKDB_DIR")
"""Variables that the platform's own warehouse needs, in production or on a laptop."""
WAREHOUSE_EU = (
    "SNOWFLAKE_EU_ACCOUNT",
    "SNOWFLAKE_EU_USER",
    "SNOWFLAKE_EU_PRIVATE_KEY",
    "WAREHOUSE_EU_DUCKDB_DIR",
)
"""The same of the EU region's."""
OBJECT_STORAGE = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
"""What reads a bucket."""
TEMPLATE_VARS = "dagster_open_platform.lib.template_vars"

NAME = "[a-z_][a-z0-9_]*"
NAME_EXPECTED = "lower-case letters, digits and underscores, not starting with a digit"
VARIABLE = "[A-Z][A-Z0-9_]*"
VARIABLE_EXPECTED = "the name of an environment variable"
KEY = f"{NAME}(/{NAME})*"
KEY_EXPECTED = "an asset key: names with slashes between them"
TABLE = rf"{NAME}\.{NAME}\.{NAME}"
TABLE_EXPECTED = "database.schema.table, in lower case"


@dataclass(frozen=True)
class Param:
    """Something that a scaffolder asks.

    Args:
        name: Of the option, with underscores.
        description: What is asked.
        example: An answer.
        default: What holds if nobody answers. None: it has to be answered.
        pattern: What the whole answer must match; an answer may be empty only if the default is.
        expected: The pattern in words.
        choices: All answers, if they are few.
    """

    name: str
    description: str
    example: str
    default: str | None = None
    pattern: str = r"(?s)\s*\S.*"
    expected: str = "a text"
    choices: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        """As `dg scaffold defs` has it."""
        return f"--{self.name.replace('_', '-')}"


def named(name: str, description: str, example: str, default: str | None = None) -> Param:
    """A parameter whose answer is a name (see `Param`)."""
    return Param(name, description, example, default, NAME, NAME_EXPECTED)


OWNER = Param("owner", "Who answers for it.", "team:finance", default="team:data-platform")


@dataclass(frozen=True)
class Scaffold:
    """What is to be written.

    Args:
        attributes: Of the instance.
        comment: Above it: what it is.
        env: Variables without which it fails, in the order in which they are listed.
        template_vars: Whether it uses the platform's template variables.
        beside: Files by their path below the folder of the YAML file.
        functions: Python modules by name, for the integration's `py` folder.
    """

    attributes: Mapping[str, Any]
    comment: str
    env: tuple[str, ...] = ()
    template_vars: bool = False
    beside: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)


class HouseScaffolder(dg.Scaffolder["BaseModel"]):
    """Asks what an instance must know, and writes it where the house keeps instances."""

    PARAMS: tuple[Param, ...]
    """What is asked, in this order."""

    @classmethod
    def get_scaffold_params(cls) -> "type[BaseModel]":
        """The model of the answers. A missing one is asked for in a terminal, and refused in words elsewhere."""
        from dagster_open_platform.lib.scaffolding.asking import model_of

        return model_of(cls.__name__, cls.PARAMS)

    def scaffold(self, request: "dg.ScaffoldRequest[Any]") -> None:
        """Writes the instance.

        Raises:
            Refused: It cannot be written there; nothing was.
        """
        from dagster_open_platform.lib.scaffolding.writing import scaffold

        scaffold(self, request)

    @abstractmethod
    def plan(self, given: Mapping[str, str], place: "Place") -> Scaffold:
        """What is to be written.

        Args:
            given: Every parameter's answer.
            place: Where.

        Raises:
            ValueError: Answers do not go together.
        """
