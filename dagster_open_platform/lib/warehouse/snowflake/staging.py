"""Rows on their way to Snowflake: Parquet files, a temporary stage, a temporary table.

What belongs here: the writing of local files. What does not: the SQL around them (`connection.py`).

Parquet with PUT and COPY is how Snowflake's own `write_pandas` loads; that function is not used because it takes pandas
frames, which have no decimals, no dates and no nullable whole numbers of their own.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dagster_open_platform.lib.warehouse.snowflake.sql import file_column

# Some tens of megabytes a file: what Snowflake recommends to load in parallel, and all that is on the disk at a time.
ROWS_PER_FILE = 500_000


def parquet_files(
    reader: pa.RecordBatchReader, directory: Path, prefix: str, rows_per_file: int = ROWS_PER_FILE
) -> Iterator[Path]:
    """Write a stream into files, one after the other.

    Args:
        reader: The rows; read as they are needed.
        directory: Where the files go.
        prefix: Beginning of their names, unique to the write, for Snowflake remembers which files it has loaded.
        rows_per_file: After how many rows another file begins (at the next batch).

    Yields:
        Each file, with columns named by `sql.file_column`, when it is complete. The caller may remove it before the next is begun.
    """
    number, rows, writer = 0, 0, None
    schema = pa.schema([field.with_name(file_column(place)) for place, field in enumerate(reader.schema)])
    for batch in reader:
        if writer is None:
            number, rows = number + 1, 0
            writer = pq.ParquetWriter(directory / f"{prefix}_{number}.parquet", schema, compression="snappy")
        writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
        rows += batch.num_rows
        if rows >= rows_per_file:
            writer.close()
            writer = None
            yield directory / f"{prefix}_{number}.parquet"
    if writer is not None:
        writer.close()
        yield directory / f"{prefix}_{number}.parquet"
