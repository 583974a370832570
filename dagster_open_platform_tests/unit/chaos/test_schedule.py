"""The schedule is a function of the seed, and every kind of fault is in it."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.chaos.schedule import (
    STORES,
    TARGETS,
    VENDORS,
    Fault,
    Kind,
    asked_of,
    faults_of_day,
)

SEEDS = st.integers(0, 10_000)


def all_of(
    seed: int, day: int, wave: int, count: int, vendors: tuple[str, ...] = VENDORS, is_last: bool = False
) -> list[Fault]:
    rounds = faults_of_day(seed, day, wave, count, vendors, is_last)
    return [fault for each in rounds for fault in each.faults]


@given(seed=SEEDS, day=st.integers(0, 6), wave=st.integers(0, 3), count=st.integers(0, 200))
def test_the_same_seed_is_the_same_day(seed: int, day: int, wave: int, count: int) -> None:
    assert faults_of_day(seed, day, wave, count) == faults_of_day(seed, day, wave, count)


@given(seed=SEEDS)
def test_another_seed_and_another_day_are_others(seed: int) -> None:
    days = [faults_of_day(number, day, 0, 60) for number in (seed, seed + 1) for day in (1, 2)]
    assert all(one != other for place, one in enumerate(days) for other in days[:place])


@given(seed=SEEDS, count=st.integers(0, 200), kinds=st.sets(st.sampled_from(Kind)))
def test_a_kind_that_is_asked_for_is_there(seed: int, count: int, kinds: set[Kind]) -> None:
    rounds = faults_of_day(seed, 0, 0, count, kinds=kinds)
    assert kinds <= {fault.kind for each in rounds for fault in each.faults}


@given(seed=SEEDS, count=st.integers(1, 200), wave=st.integers(0, 3))
def test_nothing_is_late_when_no_day_follows(seed: int, count: int, wave: int) -> None:
    assert not any(fault.kind is Kind.LATE for fault in all_of(seed, 6, wave, count, is_last=True))


@given(seed=SEEDS, day=st.integers(1, 6), count=st.integers(20, 300))
def test_there_are_about_as_many_as_are_asked_for(seed: int, day: int, count: int) -> None:
    # Each kind is rounded to a whole number by chance.
    assert abs(len(all_of(seed, day, 0, count)) - count) <= len(Kind)


@given(seed=SEEDS, day=st.integers(1, 6), wave=st.integers(1, 3))
def test_what_makes_up_for_others_has_work_to_disturb(seed: int, day: int, wave: int) -> None:
    assert any(fault.kind is Kind.CLOCK for fault in all_of(seed, day, wave, 5))


@given(seed=SEEDS, wave=st.integers(0, 3), count=st.integers(0, 200), kinds=st.sets(st.sampled_from(Kind)))
def test_what_is_due_again_meets_what_a_round_as_of_yesterday_is_spared_from(
    seed: int, wave: int, count: int, kinds: set[Kind]
) -> None:
    rounds = faults_of_day(seed, 0, wave, count, kinds=kinds)
    assert not rounds or not rounds[-1].of(Kind.CLOCK)
    assert not any(each.is_quiet for each in rounds)


@given(seed=SEEDS)
def test_only_those_are_disturbed_who_are_asked(seed: int) -> None:
    found = {
        asked_of(fault.target)
        for fault in all_of(seed, 1, 0, 300, vendors=("slack",))
        if fault.kind is Kind.API
    }
    assert found == {"slack", *STORES}


@settings(max_examples=settings().max_examples // 5)
@given(seed=SEEDS)
def test_targets_have_equal_shares_and_moments_are_parts(seed: int) -> None:
    faults = all_of(seed, 1, 0, 400)
    assert all(0 <= fault.moment < 1 and fault.target in TARGETS[fault.kind] for fault in faults)
    shares = Counter(fault.target for fault in faults if fault.kind is Kind.SERVICE)
    assert max(shares.values()) - min(shares.values()) <= 1
    assert shares.keys() == {*TARGETS[Kind.SERVICE]}
