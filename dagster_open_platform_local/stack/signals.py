"""Turns the signals that ask a process to end into one exception.

What belongs here: INT, TERM and HUP. What does not: what is cleaned up.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asked this process to end. Not an Exception, so that nobody mistakes it for a failure.

    Args:
        number: The signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number

    @property
    def exit_code(self) -> int:
        """What a shell reports of a process that the signal ended."""
        return 128 + self.number


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise `Interrupted` inside the block at the first INT, TERM or HUP; later ones don't disturb the clean-up.

    HUP stays ignored if it is ignored at the start, so that ``nohup`` works.
    """

    def interrupt(number: int, _frame: FrameType | None) -> None:
        for later in previous:
            signal.signal(later, signal.SIG_IGN)
        raise Interrupted(number)

    previous = {
        number: signal.getsignal(number)
        for number in _ENDING
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN
    }
    for number in previous:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
