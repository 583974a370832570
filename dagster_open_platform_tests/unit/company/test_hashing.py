"""The hash and the distributions that columns are drawn from."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.company.hashing import Draws, column_key, splitmix64, thresholds

# The first outputs of the reference C program (prng.di.unimi.it/splitmix64.c) for the seed 1234567.
REFERENCE = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
GOLDEN = 0x9E3779B97F4A7C15


def test_splitmix64_gives_the_reference_sequence() -> None:
    states = np.array([(1234567 + i * GOLDEN) % 2**64 for i in range(len(REFERENCE))], dtype=np.uint64)
    assert splitmix64(states).tolist() == REFERENCE


@given(
    st.lists(st.integers(0, 2**60), min_size=1, max_size=50),
    st.integers(-(2**31), 2**31),
    st.text(max_size=8),
)
def test_a_value_depends_on_its_own_id_alone(ids: list[int], seed: int, column: str) -> None:
    together = Draws(seed, "t", np.array(ids, dtype=np.int64)).bits(column).tolist()
    alone = [Draws(seed, "t", np.array([each], dtype=np.int64)).bits(column)[0] for each in ids]
    assert together == alone


@given(st.integers(1, 2**32), st.integers(0, 2**40))
def test_below_stays_below(bound: int, start: int) -> None:
    drawn = Draws(3, "t", np.arange(start, start + 200)).below("c", bound)
    assert drawn.min() >= 0
    assert drawn.max() < bound


def test_seed_table_column_and_id_all_matter() -> None:
    keys = {int(column_key(seed, table, column)) for seed in (1, 2) for table in "ab" for column in "cd"}
    assert len(keys) == 8
    # A separator keeps ("ab", "c") and ("a", "bc") apart.
    assert column_key(1, "ab", "c") != column_key(1, "a", "bc")
    ids = np.arange(100_000)
    assert len(set(Draws(1, "t", ids).bits("c").tolist())) == ids.size


def test_draws_are_even_and_columns_independent() -> None:
    draws = Draws(5, "t", np.arange(200_000))
    table = np.zeros((10, 10))
    np.add.at(table, (draws.below("a", 10), draws.below("b", 10)), 1)
    # Pearson's statistic of 100 even cells: 99 degrees of freedom, standard deviation 14.
    assert ((table - 2000) ** 2 / 2000).sum() < 99 + 5 * 14


def test_picks_follow_the_weights_and_never_a_weight_of_zero() -> None:
    weights = [5.0, 0.0, 1.0, 4.0, 0.0]
    picked = np.bincount(Draws(5, "t", np.arange(100_000)).pick("p", thresholds(weights)), minlength=5)
    assert np.allclose(picked / 100_000, np.array(weights) / 10, atol=0.01)
    assert picked[1] == picked[4] == 0


def test_quantiles_are_met() -> None:
    drawn = np.sort(Draws(5, "t", np.arange(100_000)).quantile("q", (0, 10, 1000, 5000)))
    assert drawn[0] >= 0
    assert drawn[-1] <= 5000
    assert abs(drawn[33_333] - 10) < 5
    assert abs(drawn[66_666] - 1000) < 50
