"""What can be wrong with a semantic model.

What belongs here: the types. What does not: errors of the engine that makes a semantic view (`lib/warehouse`).
"""

from dagster_open_platform.lib.yaml_errors import InvalidYaml


class InvalidOsi(InvalidYaml):
    """A semantic model is missing, or contradicts OSI's specification or itself; the message starts with `file:line`."""


class UntranslatableOsi(InvalidYaml):
    """A semantic model says something that OSI allows and a semantic view cannot say; the message starts with `file:line`."""
