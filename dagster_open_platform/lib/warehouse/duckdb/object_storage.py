"""Object storage in DuckDB: the extension that reads `s3://`, and the credentials that it reads with.

What belongs here: how a connection gets to S3. What does not: what is read there (`files.py`).

The extension comes in a wheel of DuckDB's own version and is loaded from its file: nothing is installed or downloaded at
run time. Loading takes 30 ms and 11 MB, so a connection does it when a statement first needs it
(`session.DuckDBStatements`): one that needs none takes no longer to open than before.
"""

import importlib.resources
import os
from urllib.parse import urlsplit

import duckdb

SECRET = "_warehouse_seam_s3"  # noqa: S105 - its name in DuckDB
CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
DEFAULT_REGION = "us-east-1"
"""What S3 takes where nobody says otherwise."""
TIMEOUT_SECONDS = 30
"""Of one request; DuckDB repeats a request that was not answered up to three times."""

_EXTENSION = "httpfs"


def is_wanted_by(error: duckdb.Error) -> bool:
    """Tell whether a statement failed because object storage is not set up yet; it has done nothing then."""
    return f"requires the extension {_EXTENSION} to be loaded" in str(error)


def set_up(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the connection, and every cursor of it, read `s3://` with the credentials of this process's environment.

    They are `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` if there is one, `AWS_REGION` (or
    `AWS_DEFAULT_REGION`), and `AWS_ENDPOINT_URL_S3` (or `AWS_ENDPOINT_URL`) for an S3 that is not Amazon's. They live in
    a temporary secret: in memory, for `s3://` only, and gone with the connection.

    Raises:
        MissingCredentials: A variable that is needed is not set; names it.
        InvalidDeclaration: The address of the endpoint is not one of a server.
    """
    settings = _settings()
    connection.execute(f"LOAD '{_extension_file()}'")
    connection.execute(f"SET http_timeout = {TIMEOUT_SECONDS}")
    words = ", ".join(f"{name} ?" for name in settings)
    connection.execute(
        f"CREATE OR REPLACE TEMPORARY SECRET {SECRET} (TYPE s3, SCOPE 's3://', {words})", [*settings.values()]
    )


def secrets() -> list[str]:
    """Texts that must not get into messages."""
    names = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    return [value for name in names if (value := os.environ.get(name))]


def _settings() -> dict[str, str | bool]:
    """The secret's parameters by DuckDB's names.

    Source: https://duckdb.org/docs/stable/core_extensions/httpfs/s3api
    """
    # The errors are Dagster's, which dbt's process, too, would otherwise import.
    from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration, MissingCredentials

    missing = [name for name in CREDENTIALS if not os.environ.get(name)]
    if missing:
        raise MissingCredentials(
            f"Object storage cannot be read, because these environment variables are not set: {', '.join(missing)}."
        )
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
    key, secret = (os.environ[name] for name in CREDENTIALS)
    settings: dict[str, str | bool] = {"KEY_ID": key, "SECRET": secret, "REGION": region}
    if token := os.environ.get("AWS_SESSION_TOKEN"):
        settings["SESSION_TOKEN"] = token
    if url := os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"):
        address = urlsplit(url)
        if address.scheme not in ("http", "https") or not address.netloc or address.path.strip("/"):
            raise InvalidDeclaration(
                f"AWS_ENDPOINT_URL_S3 is {url!r}; expected http://host:port or https://host without a path."
            )
        # Buckets are folders of such a server: it has no host name for each of them.
        settings |= {
            "ENDPOINT": address.netloc,
            "URL_STYLE": "path",
            "USE_SSL": address.scheme == "https",
        }
    return settings


def _extension_file() -> str:
    """The extension's file in its wheel, escaped to stand between quotes: LOAD takes no parameters."""
    folder = importlib.resources.files(f"duckdb_extension_{_EXTENSION}")
    file = folder / "extensions" / f"v{duckdb.__version__}" / f"{_EXTENSION}.duckdb_extension"
    return str(file).replace("'", "''")
