"""What Sling and Postgres say, as types that say whether a retry helps."""

import pytest

from dagster_open_platform.lib.postgres.errors import (
    DatabaseBusy,
    DatabaseDiskFull,
    DatabaseLoginFailed,
    DatabasePermissionDenied,
    DatabaseUnavailable,
    MissingTable,
)
from dagster_open_platform.lib.sling.diagnosis import stream_failure
from dagster_open_platform.lib.sling.errors import SlingRefused, SlingUnavailable
from dagster_open_platform.lib.warehouse.errors import WarehouseLocked

# Read off Sling 1.4.10 with PostgreSQL 18 and DuckDB 1.5.5.
SAID = [
    (
        'IO Error: Could not set lock on file "/w/purina.duckdb": Conflicting lock is held in /usr/bin/python (PID 7)',
        WarehouseLocked,
    ),
    ('pq: password authentication failed for user "replicator"', DatabaseLoginFailed),
    ('pq: role "nobody" does not exist', DatabaseLoginFailed),
    ('pq: database "main3" does not exist', DatabaseLoginFailed),
    (
        'pq: no pg_hba.conf entry for host "10.0.0.1", user "u", database "d", no encryption',
        DatabaseLoginFailed,
    ),
    ("pq: permission denied for table users", DatabasePermissionDenied),
    ("pq: permission denied for schema hidden", DatabasePermissionDenied),
    ("pq: permission denied for function secret", DatabasePermissionDenied),
    ('pq: relation "public.absent" does not exist', MissingTable),
    ('pq: schema "absent" does not exist', MissingTable),
    ("pq: canceling statement due to lock timeout", DatabaseBusy),
    ("pq: deadlock detected", DatabaseBusy),
    (
        'pq: could not extend file "base/1/2": No space left on device',
        DatabaseDiskFull,
    ),
    ("~ Error writing from reader write /files/1.arrow: file too large", DatabaseDiskFull),
    ("write /files/1.arrow: disk quota exceeded", DatabaseDiskFull),
    ("dial tcp 127.0.0.1:1: connect: connection refused", DatabaseUnavailable),
    ("read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer", DatabaseUnavailable),
    ("write tcp 127.0.0.1:1: write: broken pipe", DatabaseUnavailable),
    ("driver: bad connection", DatabaseUnavailable),
    ("unexpected EOF", DatabaseUnavailable),
    ("EOF", DatabaseUnavailable),
    ("pq: terminating connection due to administrator command", DatabaseUnavailable),
    ("pq: the database system is starting up", DatabaseUnavailable),
    ("pq: the database system is shutting down", DatabaseUnavailable),
    ("pq: the database system is in recovery mode", DatabaseUnavailable),
    ("dial tcp 10.255.255.1:5432: i/o timeout", DatabaseUnavailable),
    ("dial tcp: lookup db.example: no such host", DatabaseUnavailable),
    ("pq: sorry, too many clients already", DatabaseUnavailable),
    ("pq: canceling statement due to conflict with recovery", DatabaseUnavailable),
    ("Sling ended by signal 9 before it was done.", SlingUnavailable),
    ("Sling ended by signal 9 in the middle of a.b, before it came to this stream.", SlingUnavailable),
    ("Sling ended with code 2 before it was done. panic: arrow/decimal128", SlingRefused),
    ("pq: division by zero", SlingRefused),
    ('pq: column "eof" does not exist', SlingRefused),
    ('pq: column "geoffrey" does not exist', SlingRefused),
    ('pq: type "relation" does not exist', SlingRefused),
    ("", SlingRefused),
]
MAY_PASS = {WarehouseLocked, DatabaseBusy, DatabaseUnavailable, SlingUnavailable}


@pytest.mark.parametrize(("said", "kind"), SAID)
def test_each_text_is_one_type(said: str, kind: type) -> None:
    failure = stream_failure(said, "extracting public.users of CLOUD_PRODUCT_MAIN")
    assert type(failure) is kind
    assert failure.allow_retries is (kind in MAY_PASS)
    description = str(failure.description)
    assert description.startswith("Sling failed while extracting public.users of CLOUD_PRODUCT_MAIN. ")
    assert description.endswith(f"It said: {said}")
