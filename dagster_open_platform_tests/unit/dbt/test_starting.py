"""What the operating system says when dbt begins is a failure of a type."""

import errno
import os
import resource
import shutil
from pathlib import Path

import pytest

from dagster_open_platform.lib.dbt.errors import DbtNotStarted
from dagster_open_platform.lib.dbt.runner import starting


def test_a_full_disk_is_told_with_the_place(tmp_path: Path) -> None:
    """As dagster-dbt copies what dbt has parsed before."""
    parsed = tmp_path / "partial_parse.msgpack"
    parsed.write_bytes(bytes(100_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(DbtNotStarted) as raised, starting(tmp_path):
            shutil.copy(parsed, tmp_path / "copy")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert os.strerror(errno.EFBIG) in str(raised.value.description)
    assert str(tmp_path) in str(raised.value.description)
    assert raised.value.allow_retries is False
