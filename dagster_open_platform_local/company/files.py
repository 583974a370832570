"""Files of the company: written whole or not at all, the same bytes for the same content.

What belongs here: how a file gets onto the disk. What does not: what is in it.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_ROW_GROUP_ROWS = 1 << 17


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file through a temporary neighbour and a rename, so that a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a mapping as JSON with a fixed layout."""
    write_bytes(path, (json.dumps(content, indent=2) + "\n").encode())


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table as one Parquet file, atomically."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=_ROW_GROUP_ROWS)
    write_bytes(path, sink.getvalue().to_pybytes())


def remove_leftovers(directory: Path) -> None:
    """Remove the temporary files that a killed build left behind, anywhere below a directory."""
    for leftover in directory.rglob(".*.tmp"):
        leftover.unlink(missing_ok=True)
