"""The code locations of the platform, as Dagster+ has them and a laptop serves them.

What belongs here: their names and modules, and their order. What does not: definitions, and importing them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class CodeLocation:
    """A code location.

    Args:
        name: In Dagster.
        module: That holds the definitions.
    """

    name: str
    module: str

    @property
    def service(self) -> str:
        """What its code server is called among the services of a stack."""
        return f"code-server{self.name.removeprefix('dagster_open_platform').replace('_', '-')}"


AMERICAN = CodeLocation("dagster_open_platform", "dagster_open_platform.definitions")
EUROPEAN = CodeLocation("dagster_open_platform_eu", "dagster_open_platform_eu.definitions")
CODE_LOCATIONS = (EUROPEAN, AMERICAN)
"""In the order in which their work is done where one process does it all: the American one takes over what the European lets out."""
