"""The three tiers, enforced when tests are collected: a test stands in ``unit/``, ``integration/`` or ``acceptance/``."""

import gc
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from dagster_open_platform.conformance.plugin import ConformanceItem
from dagster_open_platform.utils import garbage_collector

TIERS = ("unit", "integration", "acceptance")
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
IGNORED = pytest.StashKey[set[signal.Signals]]()
ROOT = Path(__file__).parent

# How long an example takes depends on what else the machine does; timing is measured elsewhere. `--hypothesis-profile=thorough` draws more
# examples than a quarter of an hour admits.
settings.register_profile("platform", deadline=None)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("platform")

# Every HTTP client reads all certificate authorities when it is made, which takes 20 ms. From a folder they are read when somebody
# shows a certificate, and nobody does here.
os.environ["SSL_CERT_DIR"] = str(ROOT)
os.environ.pop("SSL_CERT_FILE", None)

# Where nobody may keep compiled modules, each of the many processes that tests start compiles what it imports, which doubles its start.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Iterator[None]:
    """Leaves all that collecting the tests imports out of the collections to come, which are for what tests make.

    What is imported stays. Walking over it whenever the number of objects has grown by a quarter takes an eighth of the tests' time.
    """
    with garbage_collector.paused():
        yield
        gc.collect()
        garbage_collector.keep_what_is_there()
    gc.set_threshold(10_000, 20, 20)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker more than there are cores: a fifth of the time a test waits for a process that it has started."""
    del config  # of the hook
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Heeds INT, which a shell ignores for what it runs in the background, and notes which signals are ignored all the same.

    Dagster has TERM handled as INT is, so a run in a test would have TERM ignored from then on.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[IGNORED] = ignored_signals()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Fails a test that leaves a signal ignored: every process that a later test starts would ignore it, too."""
    yield
    left = ignored_signals() - item.config.stash[IGNORED]
    for number in left:
        signal.signal(number, signal.SIG_DFL)
    assert not left, f"{item.nodeid} leaves {', '.join(sorted(number.name for number in left))} ignored."


def ignored_signals() -> set[signal.Signals]:
    """Those of the signals that end a process which this one ignores."""
    return {number for number in ENDING if signal.getsignal(number) is signal.SIG_IGN}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each test by its tier, refuses one that has none, and puts the files of integration tests into another order.

    Those of a folder share what takes long to make, such as the built company: workers that began with them would wait for the one that
    makes it. So the first file of each folder comes first, then the second of each.
    """
    turns: dict[Path, tuple[int, int]] = {}
    met: Counter[Path] = Counter()
    for item in items:
        # What `--conforms` tries stands where the instances do, and runs their ops.
        is_tried = isinstance(item, ConformanceItem)
        tier = "integration" if is_tried else item.path.relative_to(ROOT).parts[0]
        if tier not in TIERS:
            raise pytest.UsageError(f"{item.nodeid} must stand in one of {', '.join(TIERS)}.")
        item.add_marker(tier)
        if item.path not in turns:
            turns[item.path] = (
                TIERS[::-1].index(tier),
                met[item.path.parent] if tier == "integration" else 0,
            )
            met[item.path.parent] += 1
    items.sort(key=lambda item: turns[item.path])
