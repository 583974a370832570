"""The manifest: dbt's description of the project, from which the asset graph is built. Built ahead, never while loading.

    python -m dagster_open_platform.lib.dbt.manifest [--target local|prod]

What belongs here: building the manifest, and loading one only if it still describes the project. What does not: the
translation into assets (``translator.py``).

Beside ``target/manifest.json`` lie a fingerprint of what it was made from; dbt's ``partial_parse.msgpack``, the same in
dbt's own form, which lets a run skip the parsing (``program.py``); and ``semantic_manifest.json``, the metrics and saved
queries in MetricFlow's form (``lib/semantic_layer``).
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from dagster_open_platform.lib.dbt.errors import (
    ManifestMissing,
    ManifestNotBuilt,
    ManifestStale,
    UnknownTarget,
)
from dagster_open_platform.lib.dbt.executable import dbt_executable
from dagster_open_platform.lib.dbt.fingerprint import Fingerprint, take_fingerprint
from dagster_open_platform.lib.dbt.parsed import (
    DIGESTED,
    FINGERPRINT,
    MANIFEST,
    SEMANTIC_MANIFEST,
    RecordError,
    read_record,
)
from dagster_open_platform.lib.dbt.targets import LOGICAL_TARGETS
from dagster_open_platform_dbt import PROJECT_DIR

REMEDY = "Build it with `just manifest` (python -m dagster_open_platform.lib.dbt.manifest)."
PARSE_TIMEOUT_SECONDS = 600

_once: ContextVar[dict[Path, Mapping[str, Any]] | None] = ContextVar("manifests", default=None)


def build_manifest(
    target: str = "local", *, project_dir: Path = PROJECT_DIR, output_dir: Path | None = None
) -> Path:
    """Parse the project and put the manifest where ``load_manifest`` finds it, each file atomically.

    Needs no network and no warehouse.

    Args:
        target: One whose physical names are the logical ones: ``LOGICAL_TARGETS``.
        project_dir: The directory that holds ``dbt_project.yml``.
        output_dir: Where to put it; default: the project's ``target``.

    Returns:
        The manifest's path.

    Raises:
        UnknownTarget: The target's names would be somebody's own.
        ManifestNotBuilt: dbt refused the project; the message holds what it said.
    """
    if target not in LOGICAL_TARGETS:
        raise UnknownTarget(
            f"A manifest that was parsed with target {target!r} would hold only there; use one of: "
            + ", ".join(LOGICAL_TARGETS)
            + "."
        )
    output_dir = output_dir or project_dir / "target"
    output_dir.mkdir(parents=True, exist_ok=True)
    # Taken before the parse: a file that changes meanwhile makes the manifest stale, not wrongly fresh.
    fingerprint = take_fingerprint(project_dir, target)
    with tempfile.TemporaryDirectory(prefix=".manifest-", dir=output_dir) as scratch:
        _parse(target, project_dir, Path(scratch))
        record(Path(scratch), fingerprint)
        for name in (*DIGESTED.values(), FINGERPRINT):
            (Path(scratch) / name).replace(output_dir / name)
    return output_dir / MANIFEST


def record(directory: Path, fingerprint: Fingerprint) -> None:
    """Write beside a manifest what it was made from.

    Args:
        directory: Where the manifest lies, and perhaps the other forms of it.
        fingerprint: Of the project when it was parsed.
    """
    digests = {
        name: _digest(directory / file) if (directory / file).is_file() else ""
        for name, file in DIGESTED.items()
    }
    content = {**digests, **fingerprint.to_json()}
    (directory / FINGERPRINT).write_text(json.dumps(content, indent=1, sort_keys=True))


def load_manifest(project_dir: Path = PROJECT_DIR, output_dir: Path | None = None) -> Mapping[str, Any]:
    """Read the manifest if it still describes the project. Never parses.

    Args:
        project_dir: The directory that holds ``dbt_project.yml``.
        output_dir: Where ``build_manifest`` put it; default: the project's ``target``.

    Raises:
        ManifestMissing: It was never built.
        ManifestStale: Files or versions of dbt are not those that it was built from; they are named.
    """
    output_dir = output_dir or project_dir / "target"
    known = _once.get()
    if known is None:
        return _loaded(project_dir, output_dir)
    if output_dir not in known:
        known[output_dir] = _loaded(project_dir, output_dir)
    return known[output_dir]


@contextmanager
def read_once() -> Iterator[None]:
    """For the length of the block, a manifest is read and compared with the project once, whoever asks for it."""
    token = _once.set({})
    try:
        yield
    finally:
        _once.reset(token)


def _loaded(project_dir: Path, output_dir: Path) -> Mapping[str, Any]:
    manifest, beside = output_dir / MANIFEST, output_dir / FINGERPRINT
    if not manifest.is_file() or not beside.is_file():
        raise ManifestMissing(f"The dbt manifest {manifest} has not been built. {REMEDY}")
    content = manifest.read_bytes()
    built, digests = _recorded(beside)
    changes = take_fingerprint(project_dir, built.target).changes_since(built)
    if not changes and hashlib.sha256(content).hexdigest() != digests["manifest"]:
        # dbt writes there too when it is run by hand.
        changes = [f"changed {manifest.name} itself, after it was built"]
    if changes:
        raise ManifestStale(_staleness(manifest, changes))
    return json.loads(content)


def load_semantic_manifest(project_dir: Path = PROJECT_DIR, output_dir: Path | None = None) -> str:
    """Read metrics and saved queries as MetricFlow takes them, if they were built together with the manifest. Never parses.

    Whether the project's files are still those is not asked again: whoever loads the definitions loads the manifest too, which
    asks, and the files are many.

    Args:
        project_dir: The directory that holds ``dbt_project.yml``.
        output_dir: Where ``build_manifest`` put it; default: the project's ``target``.

    Returns:
        JSON: https://docs.getdbt.com/reference/artifacts/sl-manifest.

    Raises:
        ManifestMissing: It was never built.
        ManifestStale: It is not the one that was built.
    """
    output_dir = output_dir or project_dir / "target"
    semantic, beside = output_dir / SEMANTIC_MANIFEST, output_dir / FINGERPRINT
    if not semantic.is_file() or not beside.is_file():
        raise ManifestMissing(f"The semantic manifest {semantic} has not been built. {REMEDY}")
    content = semantic.read_bytes()
    _, digests = _recorded(beside)
    if hashlib.sha256(content).hexdigest() != digests["semantic"]:
        raise ManifestStale(_staleness(semantic, [f"changed {semantic.name} itself, after it was built"]))
    return content.decode()


def _recorded(beside: Path) -> tuple[Fingerprint, Mapping[str, str]]:
    """Return what a manifest was made from, and the digests of what was made.

    Raises:
        ManifestStale: Something else is written there.
    """
    try:
        return read_record(beside)
    except RecordError as error:
        raise ManifestStale(f"The fingerprint {beside} can't be read: {error}. {REMEDY}") from error


def _staleness(manifest: Path, changes: Sequence[str], shown: int = 20) -> str:
    more = [f"and {len(changes) - shown} more"] if len(changes) > shown else []
    listed = "".join(f"\n  {change}" for change in [*changes[:shown], *more])
    return f"The dbt manifest {manifest} is stale. {REMEDY} Since it was built:{listed}"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _parse(target: str, project_dir: Path, scratch: Path) -> None:
    """Run ``dbt parse`` with all output in ``scratch``."""
    directories = ["--project-dir", project_dir, "--profiles-dir", project_dir]
    outputs = ["--target-path", scratch, "--log-path", scratch]
    command = [dbt_executable(), "--quiet", "parse", "--target", target, *directories, *outputs]
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    try:
        done = subprocess.run(  # noqa: S603 -- the command is made of this module's own words
            [str(part) for part in command],
            cwd=project_dir,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PARSE_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ManifestNotBuilt(f"dbt parse did not end within {PARSE_TIMEOUT_SECONDS} s.") from error
    if done.returncode != 0:
        raise ManifestNotBuilt(
            f"dbt could not parse {project_dir} for target {target!r}. Correct what it says, then build the manifest"
            f" again:\n{done.stdout.strip()}\n{done.stderr.strip()}".rstrip()
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the project's manifest from the command line."""
    parser = argparse.ArgumentParser(prog="dagster_open_platform.lib.dbt.manifest", description=main.__doc__)
    parser.add_argument("--target", default="local", choices=LOGICAL_TARGETS, help="default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        path = build_manifest(options.target)
    except ManifestNotBuilt as failure:
        sys.stderr.write(f"{failure.description}\n")
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
