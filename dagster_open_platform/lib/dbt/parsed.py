"""What a parse of the project leaves: which files, what was noted of them, and the project in dbt's own form.

What belongs here: what dbt's own process needs of it, so nothing here imports Dagster, which takes as long as to read the project. What
does not: building and loading the manifest (``manifest.py``).
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from dagster_open_platform.lib.dbt.fingerprint import Fingerprint, take_fingerprint
from dagster_open_platform_dbt import PROJECT_DIR

MANIFEST = "manifest.json"
FINGERPRINT = "manifest_fingerprint.json"
SEMANTIC_MANIFEST = "semantic_manifest.json"
PARTIAL_PARSE = "partial_parse.msgpack"
DIGESTED = {"parsed": PARTIAL_PARSE, "semantic": SEMANTIC_MANIFEST, "manifest": MANIFEST}
"""What a parse makes, by the word under which the fingerprint holds its digest."""


class RecordError(Exception):
    """Beside a manifest stands something else than what was noted of it."""


def read_record(beside: Path) -> tuple[Fingerprint, Mapping[str, str]]:
    """Return what a manifest was made from, and the digests of what was made.

    Args:
        beside: The file.

    Raises:
        RecordError: Something else is written there.
    """
    try:
        recorded = json.loads(beside.read_text())
        digests = {what: recorded[what] for what in DIGESTED}
        return Fingerprint.from_json(recorded), digests
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(repr(error)) from error


def load_parsed(
    target: str | None, project_dir: Path = PROJECT_DIR, output_dir: Path | None = None
) -> bytes | None:
    """Read the parsed project in dbt's own form, if it is what a parse with this target would give now. Never parses.

    Args:
        target: The run's; a project that was parsed with another has other names in it.
        project_dir: The directory that holds ``dbt_project.yml``.
        output_dir: Where ``build_manifest`` put it; default: the project's ``target``.

    Returns:
        What ``Manifest.from_msgpack`` reads; None if dbt must parse.
    """
    output_dir = output_dir or project_dir / "target"
    parsed, beside = output_dir / PARTIAL_PARSE, output_dir / FINGERPRINT
    if not parsed.is_file() or not beside.is_file():
        return None
    content = parsed.read_bytes()
    try:
        built, digests = read_record(beside)
    except RecordError:
        return None
    if built.target != target or take_fingerprint(project_dir, built.target).changes_since(built):
        return None
    # dbt writes there too when it is run by hand, with any target.
    return content if hashlib.sha256(content).hexdigest() == digests["parsed"] else None
