"""What only a socket shows: kept connections, time-outs, refused and broken connections."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest

from dagster_open_platform.lib.http import ConnectionDropped, HttpClient, RetryLimits, TimedOut

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
Serve = Callable[[socket.socket], None]


@contextlib.contextmanager
def server(serve: Serve) -> Iterator[tuple[str, list[socket.socket]]]:
    """Accepts connections on a free port and hands each to a function; gives the URL and the connections."""
    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with contextlib.suppress(OSError):  # closed: the test is over
                while True:
                    connection, _ = listening.accept()
                    connections.append(connection)
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", connections
        listening.shutdown(socket.SHUT_RDWR)
    for connection in connections:
        connection.close()


def client_of(url: str, attempts: int = 1) -> HttpClient:
    return HttpClient(
        url,
        service="Vendor",
        timeout=httpx.Timeout(0.3),
        limits=RetryLimits(attempts=attempts),
        sleep=lambda _seconds: None,
    )


def answer_everything(connection: socket.socket) -> None:
    while connection.recv(65536):
        connection.sendall(ANSWER)


def answer_nothing(connection: socket.socket) -> None:
    connection.recv(65536)


def answer_half(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(ANSWER[:-1])
    connection.shutdown(socket.SHUT_RDWR)


def close_at_once(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.shutdown(socket.SHUT_RDWR)


def test_one_connection_serves_many_requests() -> None:
    with server(answer_everything) as (url, connections), client_of(url) as client:
        for _ in range(5):
            assert client.request("GET", "/x").body == {}
        assert len(connections) == 1


def test_a_server_that_says_nothing_is_given_up() -> None:
    with server(answer_nothing) as (url, connections), client_of(url, attempts=2) as client:
        with pytest.raises(TimedOut, match="attempt 2 of 2"):
            client.request("GET", "/x")
        assert len(connections) == 2


@pytest.mark.parametrize("serve", [answer_half, close_at_once])
def test_a_connection_that_breaks_is_typed(serve: Serve) -> None:
    with server(serve) as (url, _), client_of(url) as client, pytest.raises(ConnectionDropped):
        client.request("GET", "/x")


def test_a_server_that_is_not_there_is_typed() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with client_of(url) as client, pytest.raises(ConnectionDropped, match="refused"):
        client.request("GET", "/x")
