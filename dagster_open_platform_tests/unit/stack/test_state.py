"""The environment file says the same to dotenv, to a shell, and after a round trip."""

import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.stack.environment import base_environment, exported_variables
from dagster_open_platform_local.state import (
    LocalState,
    StateError,
    local_state,
    read_environment,
    write_environment,
)

names = st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True)
values = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), max_size=40)


@given(st.dictionaries(names, values, max_size=8))
def test_what_is_written_is_read(variables: dict[str, str]) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "stack.env"
        # A shell and dotenv read these differently, so they are refused, and nothing is left behind.
        ambiguous = any(set(value) & set("'\\") and set(value) & set('"\\$`') for value in variables.values())
        if ambiguous:
            with pytest.raises(StateError):
                write_environment(path, variables)
            assert list(path.parent.iterdir()) == []
        else:
            write_environment(path, variables)
            assert read_environment(path) == variables
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert list(path.parent.iterdir()) == [path]


def test_a_line_break_is_refused_by_the_name_of_its_variable(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="TOKEN contains a line break"):
        write_environment(tmp_path / "stack.env", {"TOKEN": "secret\nPATH=/evil"})


def test_nothing_is_interpolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER", "expanded")
    write_environment(tmp_path / "stack.env", {"A": "${OTHER}", "B": "$OTHER"})
    assert read_environment(tmp_path / "stack.env") == {"A": "${OTHER}", "B": "$OTHER"}


def test_the_state_is_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert local_state({}).root == tmp_path / ".local"
    assert local_state({"DOP_LOCAL_DIR": ""}).root == tmp_path / ".local"
    assert local_state({"DOP_LOCAL_DIR": "elsewhere"}).root == tmp_path / "elsewhere"
    assert local_state({"DOP_LOCAL_DIR": "/elsewhere"}).root == Path("/elsewhere")


def test_only_a_directory_that_a_stack_made_is_ours(tmp_path: Path) -> None:
    state = LocalState(tmp_path / "state")
    assert not state.is_ours
    state.create()
    state.create()
    assert state.is_ours
    assert stat.S_IMODE(state.root.stat().st_mode) == 0o700


def test_a_file_in_the_way_is_a_clear_refusal(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match="DOP_LOCAL_DIR"):
        LocalState(tmp_path / "file").create()


def test_the_shell_of_another_deployment_does_not_leak_in() -> None:
    state = LocalState(Path("/state"))
    shell = {
        "PATH": "/bin",
        "COMPANY_SCALE": "2",
        "DAGSTER_CLOUD_DEPLOYMENT_NAME": "prod",
        "DAGSTER_HOME": "/other",
        "SNOWFLAKE_PASSWORD": "x",
        "GOOGLE_APPLICATION_CREDENTIALS": "/key.json",
        "GITHUB_TOKEN": "x",
        "DBT_TARGET": "prod",
    }
    base = base_environment(state, shell)
    assert base == {
        "PATH": "/bin",
        "COMPANY_SCALE": "2",
        "DOP_LOCAL_DIR": "/state",
        "PYTHONUNBUFFERED": "1",
    }
    assert exported_variables(state, shell)["DAGSTER_HOME"] == "/state/dagster_home"


@pytest.mark.parametrize(
    ("shell", "expected"),
    [
        ({}, "127.0.0.1,localhost"),
        ({"NO_PROXY": "intra.example,localhost"}, "intra.example,localhost,127.0.0.1"),
        ({"no_proxy": "a,b"}, "a,b,127.0.0.1,localhost"),
    ],
)
def test_a_proxy_is_never_asked_for_a_local_service(shell: dict[str, str], expected: str) -> None:
    exported = exported_variables(LocalState(Path("/state")), shell)
    assert exported["NO_PROXY"] == exported["no_proxy"] == expected
