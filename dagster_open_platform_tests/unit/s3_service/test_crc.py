"""Cyclic redundancy checks equal their definition, however the bytes come."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.services.s3.crc import CRC32C, CRC64NVME, Crc


def by_definition(data: bytes, bits: int, polynomial: int) -> int:
    """Bit by bit."""
    state = (1 << bits) - 1
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ (polynomial if state & 1 else 0)
    return state ^ ((1 << bits) - 1)


@pytest.mark.parametrize(
    # The catalogue's check values, of the digits from 1 to 9.
    ("parameters", "check"),
    [(CRC32C, "e3069283"), (CRC64NVME, "ae8b14860a799888")],
)
def test_the_catalogues_values(parameters: tuple[int, int], check: str) -> None:
    crc = Crc(*parameters)
    crc.update(b"123456789")

    assert crc.digest().hex() == check


@settings(max_examples=30)
@given(
    st.sampled_from([CRC32C, CRC64NVME]),
    st.binary(min_size=1, max_size=64),
    st.integers(0, 20_000),
    st.lists(st.integers(0, 20_000), max_size=4),
)
def test_pieces_do_not_matter(
    parameters: tuple[int, int], pattern: bytes, length: int, cuts: list[int]
) -> None:
    data = (pattern * (length // len(pattern) + 1))[:length]
    crc = Crc(*parameters)
    ends = [*sorted(cuts), length]
    for start, end in zip([0, *ends], ends, strict=False):
        crc.update(data[start:end])

    assert int.from_bytes(crc.digest(), "big") == by_definition(data, *parameters)


@pytest.mark.parametrize("more", [0, 1, 16_384, 20_000])
def test_whole_blocks(more: int) -> None:
    data = bytes(range(251)) * 4500
    data = data[: (1 << 20) + more]
    crc = Crc(*CRC64NVME)
    crc.update(data)

    assert int.from_bytes(crc.digest(), "big") == by_definition(data, *CRC64NVME)
