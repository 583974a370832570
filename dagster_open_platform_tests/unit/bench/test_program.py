"""`just bench`: what may be measured, and what is said of a name that is none."""

from runpy import run_module

import pytest


def test_a_name_that_is_none_is_refused_with_those_that_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "load", "speed"])
    with pytest.raises(SystemExit) as ended:
        run_module("dagster_open_platform_local.bench", run_name="__main__")
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "unknown measures speed" in said
    told = said.rpartition("there are: ")[2]
    assert {"load", "dbt", "paging"} <= {name.strip() for name in told.split(",")}
