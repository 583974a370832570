"""The SQL of the whole dbt project is in the house's style. It takes longer than all other conventions together."""

from dagster_open_platform_dbt import PROJECT_DIR
from dagster_open_platform_tests.fixtures.documentation import run_in


def test_sqlfluff_is_content() -> None:
    done = run_in(("sqlfluff", "lint", "--disable-progress-bar", "."), root=PROJECT_DIR, timeout=500)
    assert done.returncode == 0, done.stdout
