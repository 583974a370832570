"""The Parquet files of a folder that somebody else writes anew, as one stream of rows.

What belongs here: a consistent set of files, their common schema, and their rows. What does not: whose they are, and the
table that they go into.

Files are brought to disk first, because Parquet is read from its end, and because only then is it known that none was replaced
meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dagster_open_platform.lib.aws.errors import MissingObject, ObjectChanged
from dagster_open_platform.utils.failures import PermanentFailure

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    from dagster_open_platform.lib.aws.protocol import ObjectStore

ATTEMPTS = 3
"""How often files that are replaced while they are read are read again."""
_BATCH_ROWS = 65_536
_READ_BYTES = 1024 * 1024


class InvalidParquet(PermanentFailure):
    """A file is no Parquet, breaks off, or is damaged."""


class ColumnTypesDiffer(PermanentFailure):
    """Files of one folder have a column of the same name and of different types."""


@dataclass(frozen=True)
class ParquetFiles:
    """Files that are on disk.

    Args:
        bucket: Where they were read.
        paths: By key, in order.
        etags: Of what was read, by key.
    """

    bucket: str
    paths: Mapping[str, Path]
    etags: Mapping[str, str]

    @property
    def bytes(self) -> int:
        """Of all of them."""
        return sum(path.stat().st_size for path in self.paths.values())

    def rows(self) -> int:
        """How many rows they say that they have.

        Raises:
            InvalidParquet: A file is damaged.
        """
        total = 0
        for key in self.paths:
            with self._opened(key) as file:
                total += file.metadata.num_rows
        return total

    def schema(self) -> pa.Schema:
        """Every column that any of the files has, in the order in which they come.

        Raises:
            InvalidParquet: A file is damaged.
            ColumnTypesDiffer: A column has several types.
        """
        import pyarrow as pa

        found: dict[str, tuple[pa.DataType, str]] = {}
        for key in self.paths:
            with self._opened(key) as file:
                fields = list(file.schema_arrow)
            for field in fields:
                kind, first = found.get(field.name, (pa.null(), key))
                if kind == pa.null():
                    found[field.name] = (field.type, key)
                elif field.type not in (kind, pa.null()):
                    raise ColumnTypesDiffer(
                        f"Column {field.name!r} is {kind} in {self._address(first)} and {field.type} in"
                        f" {self._address(key)}. Nothing was written. If the new type is right, cast the column in the"
                        " table and wait until all files of the folder have it."
                    )
        return pa.schema([pa.field(name, kind) for name, (kind, _) in found.items()])

    def reader(self) -> pa.RecordBatchReader:
        """All rows, some at a time, with the columns of ``schema``; null where a file has no such column.

        Raises:
            InvalidParquet: Here or while it is read: a file is damaged.
            ColumnTypesDiffer: A column has several types.
        """
        import pyarrow as pa

        schema = self.schema()
        return pa.RecordBatchReader.from_batches(schema, self._batches(schema))

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for key in self.paths:
            with self._opened(key) as file, _damage(self._address(key)):
                for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                    columns = [
                        batch[field.name].cast(field.type)
                        if field.name in batch.schema.names
                        else pa.nulls(batch.num_rows, field.type)
                        for field in schema
                    ]
                    yield pa.RecordBatch.from_arrays(columns, schema=schema)

    @contextmanager
    def _opened(self, key: str) -> Iterator[ParquetFile]:
        import pyarrow.parquet as pq

        with _damage(self._address(key)):
            file = pq.ParquetFile(self.paths[key])
        with file:
            yield file

    def _address(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"


@contextmanager
def _damage(source: str) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        said = " ".join(str(error).split())[:200]
        raise InvalidParquet(
            f"{source} is no Parquet, or a part of it is missing: {said}. Nothing was written. Run this again when whoever"
            " writes the file has written it again."
        ) from error


@contextmanager
def parquet_files(store: ObjectStore, bucket: str, prefix: str) -> Iterator[ParquetFiles]:
    """Brings the Parquet files of a folder to disk for the length of a ``with`` block.

    Args:
        store: Where they are.
        bucket: Likewise.
        prefix: What their keys begin with.

    Returns:
        Files that were all there at one moment; none if there were none.

    Raises:
        ObjectChanged: They were replaced again and again while they were read.
        PermanentFailure, RetryableFailure: Of the store.
    """
    with TemporaryDirectory(prefix="parquet-") as directory:
        for attempt in range(ATTEMPTS):
            folder = Path(directory, str(attempt))
            files = _fetched(store, bucket, prefix, folder)
            if files is not None:
                yield files
                return
    raise ObjectChanged(
        f"The files of s3://{bucket}/{prefix} were replaced {ATTEMPTS} times while they were read. Nothing was written. Run"
        " this again when whoever writes them is done."
    )


def _fetched(store: ObjectStore, bucket: str, prefix: str, folder: Path) -> ParquetFiles | None:
    """The files, or None if one of them changed meanwhile."""
    folder.mkdir()
    etags = _listed(store, bucket, prefix)
    paths = {key: folder / f"{number:05}.parquet" for number, key in enumerate(etags)}
    try:
        for key, path in paths.items():
            _save(store, bucket, key, etags[key], path)
    except (ObjectChanged, MissingObject):
        return None
    return ParquetFiles(bucket, paths, etags) if _listed(store, bucket, prefix) == etags else None


def _listed(store: ObjectStore, bucket: str, prefix: str) -> dict[str, str]:
    found: Sequence[tuple[str, str]] = [(i.key, i.etag) for i in store.list_objects(bucket, prefix)]
    return {key: etag for key, etag in found if key.endswith(".parquet")}


def _save(store: ObjectStore, bucket: str, key: str, etag: str, path: Path) -> None:
    with store.open_object(bucket, key, if_match=etag) as stream, path.open("wb") as file:
        while part := stream.read(_READ_BYTES):
            file.write(part)
