"""Cyclic redundancy checks that Python's library lacks: CRC-32C, and the CRC-64/NVME of Amazon's C++ clients (pyarrow).

What belongs here: the arithmetic. What does not: which check a request asks for (`checksums.py`).

A check takes its bytes one after the other. It is linear, though: that of `a + b` is that of `a`, moved past as many zeros
as `b` has bytes, plus (exclusive or) that of `b`. So numpy works on many lanes of a block side by side, 100 MB a second.
Parameters: https://reveng.sourceforge.io/crc-catalogue/all.htm
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

CRC32C = (32, 0x82F63B78)
"""Bits, and the polynomial with its lowest bit first."""
CRC64NVME = (64, 0x9A6C9329AC4BC9B5)

_BLOCKS = ((2048, 512), (128, 128))
"""Lanes and bytes in each; what is left after the smallest is taken byte by byte."""


class Crc:
    """A check of bytes that come piece by piece.

    Args:
        bits: Of its value, at most 64.
        polynomial: With its lowest bit first.
    """

    def __init__(self, bits: int, polynomial: int) -> None:
        self._bits = bits
        self._polynomial = polynomial
        self._ones = (1 << bits) - 1
        self._state = self._ones
        self._pending = bytearray()

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""
        self._pending += data
        lanes, length = _BLOCKS[0]
        while len(self._pending) >= lanes * length:
            self._state = _block(self._state, bytes(self._pending[: lanes * length]), lanes, self._polynomial)
            del self._pending[: lanes * length]

    def digest(self) -> bytes:
        """The value so far, its highest byte first."""
        state, rest = self._state, bytes(self._pending)
        lanes, length = _BLOCKS[1]
        while len(rest) >= lanes * length:
            state = _block(state, rest[: lanes * length], lanes, self._polynomial)
            rest = rest[lanes * length :]
        table = _table(self._polynomial)
        for byte in rest:
            state = table[(state ^ byte) & 0xFF] ^ (state >> 8)
        return (state ^ self._ones).to_bytes(self._bits // 8, "big")


def _block(state: int, block: bytes, lanes: int, polynomial: int) -> int:
    """The state after a block that lanes divide evenly."""
    columns = np.ascontiguousarray(np.frombuffer(block, np.uint8).reshape(lanes, -1).T).astype(np.uint64)
    table = np.array(_table(polynomial), np.uint64)
    states = np.zeros(lanes, np.uint64)
    for column in columns:
        states = table[(states ^ column) & np.uint64(0xFF)] ^ (states >> np.uint64(8))
    moved = _zeros(polynomial, len(columns))
    for lane in states.tolist():
        past = lane
        for position, each in enumerate(moved):
            past ^= each[(state >> (8 * position)) & 0xFF]
        state = past
    return state


@lru_cache
def _table(polynomial: int) -> Sequence[int]:
    """What each byte does to a state of nothing."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)
        table.append(value)
    return table


@lru_cache
def _zeros(polynomial: int, length: int) -> Sequence[Sequence[int]]:
    """What a number of zero bytes does to each byte of a state."""
    table = _table(polynomial)
    tables = []
    for position in range(8):
        states = np.arange(256, dtype=np.uint64) << np.uint64(8 * position)
        for _ in range(length):
            states = np.array(table, np.uint64)[states & np.uint64(0xFF)] ^ (states >> np.uint64(8))
        tables.append(states.tolist())
    return tables
