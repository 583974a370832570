"""Salesforce's ids: known ones, and that none is given twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.company.fivetran.salesforce.ids import PREFIXES, salesforce_ids

_NUMBERS = st.lists(st.integers(0, 62**9 - 1), min_size=1, max_size=20)


def _suffix(fifteen: str) -> str:
    """As the Object Reference describes it, a character at a time."""
    found = ""
    for start in (0, 5, 10):
        code = sum(1 << i for i, character in enumerate(fifteen[start : start + 5]) if character.isupper())
        found += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[code]
    return found


@given(_NUMBERS, st.sampled_from(sorted(PREFIXES)))
def test_ids_have_the_form_of_salesforce(numbers: list[int], kind: str) -> None:
    found = salesforce_ids(kind, np.array(numbers, dtype=np.int64)).to_pylist()
    for number, each in zip(numbers, found, strict=True):
        assert len(each) == 18
        assert each.isascii()
        assert each.isalnum()
        assert each.startswith(PREFIXES[kind])
        assert each[15:] == _suffix(each[:15])
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        assert sum(digits.index(c) * 62**place for place, c in enumerate(reversed(each[6:15]))) == number
    # Not even where case does not count.
    assert len({each.lower() for each in found}) == len(set(numbers))


def test_an_absent_id_is_null() -> None:
    numbers = np.array([5, -1, 7], dtype=np.int64)
    found = salesforce_ids("account", numbers, numbers < 0)
    assert found.is_null().to_pylist() == [False, True, False]


def test_kinds_are_known() -> None:
    with pytest.raises(KeyError):
        salesforce_ids("spaceship", np.array([1], dtype=np.int64))
