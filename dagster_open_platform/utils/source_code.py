"""Code references: from every asset in the UI to the line that declares it.

What belongs here: attaching references that Dagster does not attach by itself, and turning local ones into links into
the repository. Dagster attaches YAML lines to component instances; ``with_source_code_references`` covers Python
functions; both skip a bare ``AssetSpec``, hence ``here()``.
"""

import inspect
import itertools
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_open_platform.utils.environment_helpers import GitSource

REPOSITORY_ROOT = Path(__file__).resolve().parents[2]
CODE_REFERENCES = "dagster/code_references"
Reference = dg.LocalFileCodeReference | dg.UrlCodeReference


def here(depth: int = 1) -> dict[str, Any]:
    """Metadata that refers to the line which calls this: for the ``metadata`` of a bare ``AssetSpec``.

    Args:
        depth: How many frames up the declaration stands; 1 is the caller itself.
    """
    # Not `inspect.stack`, which looks for the source file of every frame: 25 ms a call while definitions load.
    frames = itertools.islice(traceback.walk_stack(inspect.currentframe()), depth, None)
    frame, line = next(frames)
    return reference_to(Path(frame.f_code.co_filename), line)


def reference_to(path: Path, line: int) -> dict[str, Any]:
    """Metadata that refers to a line of a file."""
    reference = dg.LocalFileCodeReference(file_path=str(path.resolve()), line_number=line)
    return {CODE_REFERENCES: dg.CodeReferencesMetadataValue(code_references=[reference])}


def function_references(assets: Iterable[dg.AssetsDefinition]) -> Mapping[dg.AssetKey, dict[str, Any]]:
    """References to the functions of those assets that say nothing yet of where they are declared.

    An asset that comes from YAML or from a dbt model refers to that; the library function that makes it runnable
    would only distract.
    """
    found: dict[dg.AssetKey, dict[str, Any]] = {}
    for asset in assets:
        if any(CODE_REFERENCES in spec.metadata for spec in asset.specs):
            continue
        for referenced in dg.with_source_code_references([asset]):
            if isinstance(referenced, dg.AssetsDefinition):
                found |= {
                    spec.key: {CODE_REFERENCES: spec.metadata[CODE_REFERENCES]}
                    for spec in referenced.specs
                    if CODE_REFERENCES in spec.metadata
                }
    return found


def git_references(
    metadata: Mapping[str, Any], git: GitSource, root: Path = REPOSITORY_ROOT
) -> Mapping[str, Any]:
    """Replaces local references by links to the deployed commit.

    A reference to a file outside ``root`` (a library's own code) has no place in the repository and is left out.

    Args:
        metadata: An asset's metadata.
        git: Where the repository is hosted: GitHub (also Enterprise) or GitLab, told apart by the URL.
        root: The checkout's (or the image's) directory that corresponds to the repository's root.
    """
    value = metadata.get(CODE_REFERENCES)
    if not isinstance(value, dg.CodeReferencesMetadataValue):
        return metadata
    links = links_to(value.code_references, git, root)
    return {**metadata, CODE_REFERENCES: dg.CodeReferencesMetadataValue(code_references=links)}


def links_to(
    references: Iterable[Reference], git: GitSource, root: Path = REPOSITORY_ROOT
) -> list[Reference]:
    """Local references as links (see ``git_references``); what is a link already stays."""
    mapping = dg.AnchorBasedFilePathMapping(
        local_file_anchor=root / "pyproject.toml", file_anchor_path_in_repository="pyproject.toml"
    )
    return [
        _link(reference, git, mapping) if isinstance(reference, dg.LocalFileCodeReference) else reference
        for reference in references
        if not isinstance(reference, dg.LocalFileCodeReference)
        or Path(reference.file_path).is_relative_to(root)
    ]


def _link(
    reference: dg.LocalFileCodeReference, git: GitSource, mapping: dg.AnchorBasedFilePathMapping
) -> dg.UrlCodeReference:
    path = mapping.convert_to_source_control_path(Path(reference.file_path))
    line = f"#L{reference.line_number}" if reference.line_number else ""
    view = "-/blob" if "gitlab" in git.url else "blob"
    return dg.UrlCodeReference(url=f"{git.url}/{view}/{git.revision}/{path}{line}", label=reference.label)
