"""Who has what, and to whom it passes when somebody leaves."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.company.commercial.staff import SalesPerson, owners
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER

_SPANS = st.lists(st.tuples(st.integers(0, 500), st.one_of(st.none(), st.integers(1, 400))), max_size=8)


def _people(spans: list[tuple[int, int | None]]) -> tuple[SalesPerson, ...]:
    """The first was there from the start and stays; every second one is of another role."""
    everyone = [(0, None), *spans]
    return tuple(
        SalesPerson(
            number=number,
            first_name="A",
            last_name="B",
            email=f"{number}@example.com",
            role="AE" if number % 2 == 0 else "SDR",
            manager=-1,
            hired=hired,
            left=int(NEVER) if stay is None else hired + stay,
        )
        for number, (hired, stay) in enumerate(everyone)
    )


@given(_SPANS, st.lists(st.integers(0, 1000), min_size=1, max_size=30), st.integers(0, 5))
def test_things_pass_on_until_somebody_has_them_who_is_there(
    spans: list[tuple[int, int | None]], moments: list[int], seed: int
) -> None:
    people, since = _people(spans), np.array(moments, dtype=np.int64)
    found = owners(people, "AE", Draws(seed, "things", np.arange(since.size)), since)
    for i, moment in enumerate(moments):
        first, owner = people[found.first[i]], people[found.owner[i]]
        assert first.role == owner.role == "AE"
        assert first.hired <= moment < first.left
        assert owner.left == NEVER
        assert owner.hired <= found.since[i] < owner.left
        if first.left == NEVER:
            assert owner == first
            assert found.since[i] == moment
        else:
            # It last passed on when somebody left.
            assert found.since[i] in {each.left for each in people if each.left < NEVER}
            assert found.since[i] >= first.left


@given(_SPANS, st.integers(0, 5))
def test_who_was_hired_later_changes_nothing_before(spans: list[tuple[int, int | None]], seed: int) -> None:
    people = _people(spans)
    later = (*people, SalesPerson(len(people), "A", "B", "x@example.com", "AE", -1, 2_000, int(NEVER)))
    since = np.arange(0, 1000, 37)
    draws = Draws(seed, "things", np.arange(since.size))
    one, other = owners(people, "AE", draws, since), owners(later, "AE", draws, since)
    assert one.first.tolist() == other.first.tolist()
    assert one.owner.tolist() == other.owner.tolist()
