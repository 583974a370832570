"""Files of a stage, on DuckDB: where they are, which there are, and how they are read.

What belongs here: addresses, listings and the table functions that read files. What does not: what is made of their rows
(`external_tables.py`), and how a connection gets to S3 (`object_storage.py`).
"""

# ruff: noqa: S608 - what is put into these texts are quoted literals and the names of options

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dagster_open_platform.lib.warehouse.duckdb.expressions import FILENAME, Row
from dagster_open_platform.lib.warehouse.duckdb.sql import literal
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration, MissingObject, UnreadableFile
from dagster_open_platform.lib.warehouse.objects import FileFormat

_ADDRESS = "filename"
_SIZED = "SELECT filename, size FROM read_blob({0})"
_GLOB = re.compile(r"[*?\[]")
_COMPRESSIONS = {
    "AUTO": "auto_detect",
    "GZIP": "gzip",
    "ZSTD": "zstd",
    "NONE": "uncompressed",
}


@dataclass(frozen=True)
class Place:
    """Where the files of a stage are.

    Args:
        root: `s3://bucket/prefix/`, or a directory with a slash at its end.
        bucket: What paths are relative to: `s3://bucket/`, or the same directory.
    """

    root: str
    bucket: str

    @property
    def is_object_storage(self) -> bool:
        """Whether it is read over the network."""
        return self.root.startswith("s3://")


@dataclass(frozen=True)
class File:
    """A file: its whole address, and how many bytes it has."""

    address: str
    size: int


def place_of(url: str) -> Place:
    """Return where a stage's URL leads.

    Args:
        url: `s3://bucket/prefix/`, `file:///directory/` or `/directory/`.

    Raises:
        InvalidDeclaration: It is none of these.
        MissingObject: There is no such directory.
    """
    parts = urlsplit(url)
    if parts.scheme == "s3" and parts.netloc:
        # Not `parts.path`, for a key may hold what separates a query from a path.
        prefix = url.removeprefix(f"s3://{parts.netloc}").strip("/")
        bucket = f"s3://{parts.netloc}/"
        return Place(f"{bucket}{prefix}/" if prefix else bucket, bucket)
    directory = Path(url.removeprefix("file://") if parts.scheme == "file" else url)
    if parts.scheme not in ("", "file") or not directory.is_absolute():
        raise InvalidDeclaration(
            f"The URL {url!r} leads to no place that DuckDB reads; expected s3://bucket/prefix/ or an absolute directory."
        )
    if not directory.is_dir():
        raise MissingObject(f"There is no directory {directory}, to which the URL {url!r} leads. Create it.")
    return Place(f"{directory}/", f"{directory}/")


def listing(
    place: Place, path: str = "", pattern: str | None = None, names_only: bool = False
) -> tuple[str, list[str]]:
    """Return the query for address and size of files, in order, and the values that it binds.

    One request lists a thousand keys of S3 with their sizes; no file is opened. It fails where there is no file at all.

    Args:
        place: Of the stage.
        path: Below it; empty: all of it.
        pattern: What the path below the stage must match as a whole, as Snowflake has it
            (https://docs.snowflake.com/en/sql-reference/sql/create-pipe: it trims the stage's own path).
        names_only: Without sizes; it also finds files that DuckDB has no way to open.
    """
    folder = place.root + (f"{path.strip('/')}/" if path.strip("/") else "")
    name, source = ("file", "SELECT file FROM glob(?)") if names_only else ("filename", _SIZED.format("?"))
    query = f"{source} WHERE NOT ends_with({name}, '/')"
    values = [f"{_escaped(folder)}**"]
    if pattern is not None:
        query += f" AND regexp_full_match(substr({name}, ?::BIGINT), ?)"
        values += [str(len(place.root) + 1), pattern]
    return f"{query} ORDER BY {name}", values


def sizes(place: Place, addresses: Sequence[str]) -> str:
    """Return the query for address and size of the given files, in order, which asks for each of them.

    Raises:
        UnreadableFile: DuckDB has no way to name one of them.
    """
    _check_names(place, addresses)
    return f"{_SIZED.format(_listed(addresses))} ORDER BY filename"


def is_unreadable(error: Exception) -> bool:
    """Tell whether a listing failed because of a name that DuckDB cannot open: it takes what follows `?` for settings."""
    return "Invalid query parameters found" in str(error)


def _check_names(place: Place, addresses: Sequence[str]) -> None:
    if odd := [address for address in addresses if place.is_object_storage and "?" in address]:
        raise UnreadableFile(
            f"DuckDB cannot read {odd[0]}, because of the question mark in its name. Rename it, or leave it out with"
            " `pattern`."
        )


def _listed(addresses: Sequence[str]) -> str:
    return f"[{', '.join(literal(_escaped(address)) for address in addresses)}]"


def _escaped(address: str) -> str:
    """Take the meaning off the letters that DuckDB reads as wildcards."""
    return _GLOB.sub(lambda match: f"[{match[0]}]", address)


@dataclass(frozen=True)
class Reader:
    """A table function over files.

    Args:
        format: Of the files.
        place: Of the stage.
        files: Addresses.
        columns: Of Parquet: name to type, in DuckDB's words; of JSON none.
    """

    format: FileFormat
    place: Place
    files: tuple[str, ...]
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_json(self) -> bool:
        """Whether the rows are documents; otherwise they have columns."""
        return self.format.type.upper() == "JSON"

    @property
    def sql(self) -> str:
        """The call of the table function, whose last column is the file's address.

        JSON comes as one document a row, so that nothing is sniffed and a key that is missing differs from a JSON null.
        Columns of Parquet are matched by name, because later files may have more of them.

        Raises:
            InvalidDeclaration: The format has an option without a counterpart.
            UnreadableFile: DuckDB has no way to name a file.
        """
        named = "true" if self._address == _ADDRESS else literal(self._address)
        return self._call({"filename": named})

    @property
    def description(self) -> str:
        """The query that describes the columns of all files together.

        Raises:
            InvalidDeclaration, UnreadableFile: As for `sql`.
        """
        return f"DESCRIBE SELECT * FROM {self._call({})}"

    @property
    def row(self) -> Row:
        """What `value` and `metadata$filename` are in its rows."""
        path = f'substr("{self._address}", {len(self.place.bucket) + 1})'
        return Row(path, document='"json"') if self.is_json else Row(path, columns=self.columns)

    def of(self, columns: Mapping[str, str]) -> Reader:
        """The same, knowing the columns of its files."""
        return dataclasses.replace(self, columns=columns)

    @property
    def _address(self) -> str:
        """The column of the file's address. A filter on the usual one leaves out files before they are opened."""
        return FILENAME if _ADDRESS in {name.lower() for name in self.columns} else _ADDRESS

    def _call(self, settings: Mapping[str, str]) -> str:
        _check_names(self.place, self.files)
        function, options = self._json() if self.is_json else self._parquet()
        settings = {**settings, "hive_partitioning": "false", **options}
        return f"{function}({_listed(self.files)}, {', '.join(f'{name} = {value}' for name, value in settings.items())})"

    def _json(self) -> tuple[str, dict[str, str]]:
        given = self._given({"COMPRESSION", "STRIP_OUTER_ARRAY"})
        is_array = str(given.get("STRIP_OUTER_ARRAY", False)).upper() == "TRUE"
        compression = str(given.get("COMPRESSION", "AUTO")).upper()
        if compression not in _COMPRESSIONS:
            raise InvalidDeclaration(
                f"COMPRESSION = {compression} has no counterpart in DuckDB; it reads {', '.join(_COMPRESSIONS)}."
            )
        return "read_json_objects", {
            "format": "'array'" if is_array else "'unstructured'",
            "compression": literal(_COMPRESSIONS[compression]),
        }

    def _parquet(self) -> tuple[str, dict[str, str]]:
        # The file says how it is compressed, and logical types and vectors are what DuckDB always reads with.
        given = self._given({"COMPRESSION", "BINARY_AS_TEXT", "USE_LOGICAL_TYPE", "USE_VECTORIZED_SCANNER"})
        as_text = str(given.get("BINARY_AS_TEXT", True)).lower()
        return "read_parquet", {"union_by_name": "true", "binary_as_string": as_text}

    def _given(self, known: set[str]) -> dict[str, str | int | bool]:
        given = {name.upper(): value for name, value in self.format.options.items()}
        if unknown := sorted(set(given) - known):
            raise InvalidDeclaration(
                f"The file format {self.format.type} has options without a counterpart in DuckDB: {', '.join(unknown)};"
                f" it knows {', '.join(sorted(known))}."
            )
        return given
