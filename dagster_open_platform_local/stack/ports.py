"""TCP ports on loopback.

What belongs here: finding a free one, and refusing one that is taken. What does not: who listens on it.
"""

import socket

from dagster_open_platform_local.stack.errors import PortTakenError

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listened on a moment ago.

    Between this call and the service's own bind somebody else may take it; the service then dies and the stack says so.
    """
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def require_free(port: int, purpose: str, option: str) -> None:
    """Refuse a port on which somebody listens.

    Args:
        port: 1 to 65535.
        purpose: What it is wanted for, for the message.
        option: The option with which another can be chosen, for the message.

    Raises:
        PortTakenError: Somebody listens there, or it may not be bound.
    """
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTakenError(
                f"Port {port} for {purpose} is not free ({error.strerror}). Stop what uses it"
                f" (`lsof -i :{port}` shows what) or choose another with {option}."
            ) from error
