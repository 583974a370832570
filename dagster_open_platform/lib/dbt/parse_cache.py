"""What a run of dbt has parsed, kept for the next on the same connection.

What belongs here: keeping dbt's ``partial_parse.msgpack``. What does not: the one beside the manifest (``manifest.py``), which
holds for one connection only: dbt parses the whole project anew, 3 s of processor time, for any other. Whether a kept one still
holds is for dbt to say, which compares every file.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster_open_platform.lib.dbt.manifest import PARTIAL_PARSE

DIRECTORY_VARIABLE = "DBT_PARTIAL_PARSE_DIR"
"""Names the directory, which is made when it is missing. Not set, nothing is kept."""


@contextmanager
def parsing_kept(target_path: Path, *, has_variables: bool) -> Iterator[None]:
    """Give dbt what an earlier run has parsed, and keep what this one has.

    Args:
        target_path: dbt's target directory in the block.
        has_variables: Whether dbt is given vars: then nothing that was parsed without them holds, nor the reverse.
    """
    named = os.environ.get(DIRECTORY_VARIABLE)
    if not named or has_variables:
        yield
        return
    kept, used = Path(named) / PARTIAL_PARSE, target_path / PARTIAL_PARSE
    if kept.is_file():
        # dagster-dbt puts that of the manifest there only if there is none.
        shutil.copy(kept, used)
    yield
    if used.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        # Runs beside this one see the old file or the new one.
        draft = kept.with_name(f"{kept.name}.{os.getpid()}")
        shutil.copy(used, draft)
        draft.replace(kept)
