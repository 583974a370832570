"""A run has one session, which is closed with it; blocks that overlap have one each; what dies is replaced between blocks."""

import concurrent.futures
import json
import threading
from collections.abc import Iterator

import dagster as dg
import pytest

from dagster_open_platform.lib.warehouse import SnowflakeWarehouse, WarehouseConnection, WarehouseResource
from dagster_open_platform.lib.warehouse.errors import WarehouseUnavailable
from dagster_open_platform.lib.warehouse.snowflake.refusals import AddressRefused
from dagster_open_platform_tests.fixtures.snowflake_account import Account


def warehouse() -> SnowflakeWarehouse:
    return SnowflakeWarehouse(
        databases={"purina": "purina"},
        default_database="purina",
        login_timeout_seconds=1,
        network_timeout_seconds=1,
    )


@pytest.fixture
def in_a_run() -> Iterator[WarehouseResource]:
    """A warehouse as the ops of a run get it."""
    with dg.build_init_resource_context() as context:
        resource = warehouse()
        resource.setup_for_execution(context)
        yield resource
        resource.teardown_after_execution(context)


def ask(connection: WarehouseConnection, number: int = 1) -> None:
    connection.query(f"SELECT {number}")


def asked(account: Account) -> dict[str, int]:
    """Statement to the session it ran in, of those that `ask` ran."""
    return {
        one.text: one.session for one in account.ran if one.text.startswith("SELECT ") and "(" not in one.text
    }


def test_the_blocks_of_a_run_share_a_session_that_ends_with_it(account: Account) -> None:
    @dg.asset
    def first(warehouse: WarehouseResource) -> None:
        for number in (1, 2, 3):
            with warehouse.connect() as connection:
                ask(connection, number)

    @dg.asset(deps=[first])
    def second(warehouse: WarehouseResource) -> None:
        with warehouse.connect() as connection:
            ask(connection, 4)
        assert len(account.open) == 1

    run = dg.materialize([first, second], resources={"warehouse": warehouse()})

    assert len(account.logins) == 1
    assert account.open == {}
    tags = {one.text: json.loads(one.tag) for one in account.ran if one.text in asked(account)}
    assert [(tags[f"SELECT {n}"]["step"], tags[f"SELECT {n}"]["assets"]) for n in (1, 3, 4)] == [
        ("first", ["first"]),
        ("first", ["first"]),
        ("second", ["second"]),
    ]
    assert {tag["run_id"] for tag in tags.values()} == {run.run_id}
    assert {tag["environment"] for tag in tags.values()} == {"local"}


@pytest.mark.parametrize("inside", [True, False])
def test_the_session_ends_with_a_run_that_fails(account: Account, inside: bool) -> None:
    @dg.asset
    def broken(warehouse: WarehouseResource) -> None:
        with warehouse.connect() as connection:
            ask(connection)
            if inside:
                raise ZeroDivisionError
        raise ZeroDivisionError

    assert not dg.materialize([broken], resources={"warehouse": warehouse()}, raise_on_error=False).success
    assert len(account.logins) == 1
    assert account.open == {}


def test_the_session_ends_with_a_run_whose_block_was_never_left(account: Account) -> None:
    kept = []

    @dg.asset
    def forgetful(warehouse: WarehouseResource) -> None:
        block = warehouse.connect()
        kept.append(block)
        ask(block.__enter__())

    assert dg.materialize([forgetful], resources={"warehouse": warehouse()}).success
    assert account.open == {}
    kept.pop().__exit__(None, None, None)


def test_a_run_that_never_connects_never_logs_in(account: Account) -> None:
    @dg.asset
    def idle(warehouse: WarehouseResource) -> None:
        assert warehouse.databases

    assert dg.materialize([idle], resources={"warehouse": warehouse()}).success
    assert account.logins == []


def test_outside_a_run_each_block_has_a_session_of_its_own(account: Account) -> None:
    for _ in range(2):
        with warehouse().connect() as connection:
            ask(connection)
            assert len(account.open) == 1
        assert account.open == {}
    assert len(account.logins) == 2


def test_a_block_inside_another_has_a_session_and_a_transaction_of_its_own(
    account: Account, in_a_run: WarehouseResource
) -> None:
    with in_a_run.connect() as outer:
        outer.execute("BEGIN TRANSACTION")
        with in_a_run.connect() as inner:
            ask(inner, 1)
        ask(outer, 2)
        outer.execute("COMMIT")
    with in_a_run.connect() as connection, in_a_run.connect() as another:
        ask(connection, 3)
        ask(another, 4)

    sessions = asked(account)
    assert sessions["SELECT 1"] != sessions["SELECT 2"]
    assert sessions["SELECT 3"] != sessions["SELECT 4"]
    assert [one.in_transaction for one in account.ran if one.text in ("SELECT 1", "SELECT 2")] == [
        False,
        True,
    ]
    assert len(account.logins) == 2, "the second was kept for whoever needs two again"


def test_threads_never_share_a_session(account: Account, in_a_run: WarehouseResource) -> None:
    threads, rounds = 4, 25
    together = threading.Barrier(threads)

    def work(thread: int) -> None:
        for number in range(rounds):
            if number == 0:
                together.wait(10)
            with in_a_run.connect() as connection:
                connection.execute("BEGIN TRANSACTION")
                ask(connection, 1000 * thread + number)
                connection.execute("COMMIT")

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, thread) for thread in range(threads)]:
            done.result()

    assert len(asked(account)) == threads * rounds
    assert 1 <= len(account.logins) <= threads
    # In each session a transaction holds the statement of one block and of no other.
    for session in account.logins:
        texts = [one.text for one in account.ran if one.session == session.number]
        inside = [text for text in texts if text == "BEGIN TRANSACTION" or text in asked(account)]
        assert inside[::2] == ["BEGIN TRANSACTION"] * (len(inside) // 2)


def test_a_session_that_died_is_replaced_at_the_next_block(
    account: Account, in_a_run: WarehouseResource
) -> None:
    with in_a_run.connect() as connection:
        ask(connection, 1)
    account.end_sessions()
    with in_a_run.connect() as connection:
        ask(connection, 2)

    assert asked(account) == {"SELECT 1": 0, "SELECT 2": 1}


def test_a_session_that_dies_in_a_transaction_is_not_replaced_in_it(
    account: Account, in_a_run: WarehouseResource
) -> None:
    with in_a_run.connect() as connection:
        connection.execute("BEGIN TRANSACTION")
        ask(connection, 1)
        account.end_sessions()
        for statement in ("SELECT 2", "COMMIT"):
            with pytest.raises(WarehouseUnavailable) as raised:
                connection.execute(statement)
            assert raised.value.allow_retries
    assert len(account.logins) == 1
    assert asked(account) == {"SELECT 1": 0}

    with in_a_run.connect() as connection:
        ask(connection, 3)
    assert asked(account)["SELECT 3"] == 1


def test_a_session_that_dies_after_the_last_statement_fails_nobody(
    account: Account, in_a_run: WarehouseResource
) -> None:
    with in_a_run.connect() as connection:
        ask(connection, 1)
        account.end_sessions()
    with in_a_run.connect() as connection:
        ask(connection, 2)
    assert asked(account) == {"SELECT 1": 0, "SELECT 2": 1}


def test_a_transaction_that_is_left_open_is_rolled_back(
    account: Account, in_a_run: WarehouseResource
) -> None:
    with in_a_run.connect() as connection:
        connection.execute("BEGIN TRANSACTION")
    with in_a_run.connect() as connection:
        ask(connection)

    assert [one.in_transaction for one in account.ran if one.text in asked(account)] == [False]
    assert "COMMIT" not in account.texts()


def test_each_block_begins_in_the_same_database(account: Account, in_a_run: WarehouseResource) -> None:
    account.databases["DWH_REPORTING"] = account.databases["PURINA"]
    with in_a_run.connect() as connection:
        connection.execute('USE DATABASE "DWH_REPORTING"')
    with in_a_run.connect() as connection:
        ask(connection)
        assert [one.database for one in account.open.values()] == ["PURINA"]


def test_a_login_that_fails_leaves_the_run_able_to_log_in(
    account: Account, in_a_run: WarehouseResource
) -> None:
    account.refusal = (
        "390422",
        "Incoming request with IP/Token 203.0.113.9 is not allowed to access Snowflake.",
    )
    with pytest.raises(AddressRefused), in_a_run.connect():
        pass
    account.refusal = None
    with in_a_run.connect() as connection:
        ask(connection)
    assert len(account.logins) == 1


def test_a_database_may_come_into_being_during_the_run(account: Account) -> None:
    clone = SnowflakeWarehouse(databases={"purina": "purina_clone_7"}, default_database="purina_clone_7")
    with dg.build_init_resource_context() as context:
        clone.setup_for_execution(context)
        with clone.connect_without_databases() as connection:
            connection.execute('CREATE DATABASE "PURINA_CLONE_7" CLONE "PURINA"')
        with clone.connect() as connection:
            ask(connection)
        clone.teardown_after_execution(context)

    assert [one.database for one in account.logins] == ["PURINA_CLONE_7"]
    assert account.open == {}


def test_time_outs_and_keep_alive_are_told_at_the_login(account: Account) -> None:
    with SnowflakeWarehouse(
        databases={}, statement_timeout_seconds=60, queue_timeout_seconds=30, keep_alive=False
    ).connect():
        pass
    told = account.logins[0].parameters
    assert told["STATEMENT_TIMEOUT_IN_SECONDS"] == 60
    assert told["STATEMENT_QUEUED_TIMEOUT_IN_SECONDS"] == 30
    assert told["CLIENT_SESSION_KEEP_ALIVE"] is False
    assert told["AUTOCOMMIT"] is True
    assert told["TIMEZONE"] == "UTC"
