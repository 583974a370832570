"""The two tiers, enforced when tests are collected: a test stands in ``unit/`` or in ``integration/``."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

TIERS = ("unit", "integration")
ROOT = Path(__file__).parent

# How long an example takes depends on what else the machine does; timing is measured elsewhere.
settings.register_profile("platform", deadline=None)
settings.load_profile("platform")

# Every HTTP client reads all certificate authorities when it is made, which takes 20 ms. From a folder they are read when somebody
# shows a certificate, and nobody does here.
os.environ["SSL_CERT_DIR"] = str(ROOT)
os.environ.pop("SSL_CERT_FILE", None)

# Where nobody may keep compiled modules, each of the many processes that tests start compiles what it imports, which doubles its start.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker more than there are cores: a fifth of the time a test waits for a process that it has started."""
    del config  # of the hook
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each test by its tier and refuses one that has none."""
    for item in items:
        tier = item.path.relative_to(ROOT).parts[0]
        if tier not in TIERS:
            raise pytest.UsageError(f"{item.nodeid} must stand in one of {', '.join(TIERS)}.")
        item.add_marker(tier)
