"""Files in OSI: reading one, and where each thing in it stands.

What belongs here: the text, its fields and their positions. What does not: whether the model fits together
(`translate.py`).
"""

from dataclasses import dataclass
from pathlib import Path

from dagster_shared.yaml_utils.source_position import SourcePositionTree
from pydantic import ValidationError

from dagster_open_platform.lib.osi.errors import InvalidOsi, UntranslatableOsi
from dagster_open_platform.lib.osi.model import VERSION, OsiDocument, SemanticModel
from dagster_open_platform.lib.yaml_component import folded_errors
from dagster_open_platform.lib.yaml_errors import invalid_yaml, position
from dagster_open_platform.lib.yaml_files import read_mapping

Place = tuple[str | int, ...]
"""Keys and list indices from the document's root to a value."""

ROOT: Place = ("semantic_model", 0)
"""Where the one model of a file stands."""


@dataclass(frozen=True)
class OsiFile:
    """One file with one semantic model.

    Args:
        path: Where it is.
        model: What it says; every field of it is known and of the right type.
        positions: Where each field stands.
    """

    path: Path
    model: SemanticModel
    positions: SourcePositionTree

    def invalid(self, place: Place, problem: str) -> InvalidOsi:
        """What is wrong at a place of the file."""
        return InvalidOsi(str(invalid_yaml(self.positions, place, problem)))

    def untranslatable(self, place: Place, problem: str) -> UntranslatableOsi:
        """What a semantic view cannot say of a place of the file."""
        return UntranslatableOsi(str(invalid_yaml(self.positions, place, problem)))


def read_osi(path: Path) -> OsiFile:
    """Read a file with one semantic model.

    Args:
        path: The file.

    Raises:
        InvalidOsi: The file is missing, is not YAML, is of another version, has fields that are unknown or wrong, or has
            no model or several.
    """
    expected = "a mapping with version and semantic_model"
    content, positions = read_mapping(path, "semantic model", expected, InvalidOsi)
    # Another version has other fields: that is told first, not each of them.
    if "version" in content and content["version"] != VERSION:
        raise InvalidOsi(
            f"{position(positions, ['version'])}: version: found {content['version']!r}; expected {VERSION!r}, the released"
            " version of OSI."
        )
    try:
        document = OsiDocument.model_validate(content)
    except ValidationError as error:
        raise InvalidOsi("\n".join(_lines(error, content, positions))) from None
    if len(document.semantic_model) != 1:
        raise InvalidOsi(
            f"{position(positions, ['semantic_model'])}: semantic_model: found {len(document.semantic_model)} models;"
            " expected one, since a file becomes one semantic view."
        )
    return OsiFile(path, document.semantic_model[0], positions)


def _lines(error: ValidationError, content: object, positions: SourcePositionTree) -> list[str]:
    """A line for each mistake."""
    lines: list[str] = []
    for item in folded_errors(error, content, OsiDocument):
        place = item.get("loc", ())
        problem = str(item.get("ctx", {})["error"])
        lines.append(str(invalid_yaml(positions, place, problem)))
    return lines
