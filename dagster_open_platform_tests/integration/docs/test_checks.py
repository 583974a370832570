"""The parts of `just check` that no other test runs, and commands that need nothing."""

import pytest

from dagster_open_platform_tests.fixtures.documentation import documented, run_in

COMMANDS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("dg", "check", "yaml", "--validate-requirements"),
    ("dagster", "definitions", "validate", "-m", "dagster_open_platform_eu.definitions"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_part_of_the_check_passes(command: tuple[str, ...]) -> None:
    done = run_in(command)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]


def test_the_doctor_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    done = documented("uv run just doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Set GITHUB_TOKEN: " in done.stdout


def test_a_semantic_model_becomes_a_statement() -> None:
    done = documented(
        "uv run python -m dagster_open_platform.lib.osi dagster_open_platform/defs/snowflake/components/semantic/arr.osi.yaml"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("CREATE OR REPLACE SEMANTIC VIEW")
