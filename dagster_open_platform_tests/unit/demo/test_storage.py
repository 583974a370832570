"""Engines that share what they know: the rows are those of engines that do not, and nothing is shared after the block."""

import resource
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from dagster_open_platform_local.demo.storage import quick_events
from dagster_open_platform_local.demo.unwritable import RecordsUnwritable

EVENT = sa.Table(
    "event", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text)
)


def engine(file: Path) -> sa.Engine:
    """As Dagster makes one for each statement."""
    return sa.create_engine(f"sqlite:///{file}", poolclass=sa.NullPool, connect_args={"timeout": 5})


def store(file: Path, name: str) -> int:
    with engine(file).begin() as connection:
        key = connection.execute(EVENT.insert().values(name=name)).inserted_primary_key
        assert key is not None
        return int(key[0])


def names(file: Path) -> list[str]:
    with engine(file).connect() as connection:
        return list(connection.scalars(sa.select(EVENT.c.name).order_by(EVENT.c.id)))


def handle(connection: sa.Connection) -> object:
    return connection.connection.dbapi_connection


@pytest.fixture
def file(tmp_path: Path) -> Path:
    EVENT.metadata.create_all(engine(tmp_path / "a.db"))
    return tmp_path / "a.db"


@pytest.fixture
def quick() -> Iterator[None]:
    with quick_events():
        yield


@pytest.mark.usefixtures("quick")
def test_the_next_engine_gets_the_connection_to_the_same_file_and_no_other(
    file: Path, tmp_path: Path
) -> None:
    with engine(file).connect() as first, engine(file).connect() as meanwhile:
        used = handle(first)
        assert handle(meanwhile) is not used
    with engine(tmp_path / "b.db").connect() as other:
        assert handle(other) is not used
    with engine(file).connect() as one, engine(file).connect() as another:
        assert used in (handle(one), handle(another))


@pytest.mark.usefixtures("quick")
def test_what_one_statement_did_not_commit_the_next_does_not_see(file: Path) -> None:
    with engine(file).connect() as connection:
        connection.execute(EVENT.insert().values(name="lost"))
    assert [store(file, name) for name in ("x", "y")] == [1, 2]
    assert names(file) == ["x", "y"]


@pytest.mark.usefixtures("quick")
def test_a_broken_connection_is_not_given_to_anybody(file: Path) -> None:
    with engine(file).connect() as connection:
        broken = handle(connection)
        connection.invalidate()
    with engine(file).connect() as connection:
        assert handle(connection) is not broken
        assert connection.scalar(sa.text("SELECT 1")) == 1


@pytest.mark.usefixtures("quick")
def test_threads_store_beside_one_another(file: Path) -> None:
    written = [f"{number}" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda name: store(file, name), written))
    assert sorted(keys) == [*range(1, 201)]
    assert sorted(names(file)) == sorted(written)


def test_an_instance_records_the_same_events(tmp_path: Path) -> None:
    @dg.asset(check_specs=[dg.AssetCheckSpec("whole", asset="made")])
    def made() -> dg.MaterializeResult:
        return dg.MaterializeResult(
            metadata={"rows": 3}, check_results=[dg.AssetCheckResult(check_name="whole", passed=True)]
        )

    def recorded(home: Path) -> list[tuple[str, str | None]]:
        home.mkdir()
        with dg.DagsterInstance.local_temp(str(home)) as instance:
            run = dg.materialize([made], instance=instance)
            return [(log.dagster_event_type or "", log.step_key) for log in instance.all_logs(run.run_id)]

    usual = recorded(tmp_path / "usual")
    with quick_events():
        assert recorded(tmp_path / "quick") == usual
    assert usual


def test_after_the_block_sqlite_is_as_ever(file: Path) -> None:
    before = type(engine(file).dialect)
    with quick_events():
        assert type(engine(file).dialect) is not before
        store(file, "kept")
    assert type(engine(file).dialect) is before
    assert names(file) == ["kept"]
    with quick_events():
        assert names(file) == ["kept"]


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk that is full, for whoever writes beyond that many bytes of a file."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.usefixtures("quick")
def test_a_full_disk_has_a_type_and_loses_nothing_that_was_committed(file: Path) -> None:
    store(file, "kept")
    with files_of_at_most(file.stat().st_size), pytest.raises(RecordsUnwritable, match="Make space"):
        store(file, "x" * 1_000_000)
    store(file, "later")
    assert names(file) == ["kept", "later"]


@pytest.mark.usefixtures("quick")
def test_a_statement_that_is_wrong_is_no_full_disk(file: Path) -> None:
    with engine(file).connect() as connection, pytest.raises(OperationalError):
        connection.execute(sa.text("SELECT missing FROM nowhere"))
