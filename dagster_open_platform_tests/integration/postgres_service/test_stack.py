"""The server as a part of the stack: what the environment file says leads to the databases, and to nothing more."""

from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from dagster_open_platform_local.services.postgres.databases import APPLICATION, PLATFORM_URLS
from dagster_open_platform_local.stack.environment import (
    base_environment,
    exported_variables,
    live_environment,
)
from dagster_open_platform_local.stack.services import company_services
from dagster_open_platform_local.stack.supervisor import Supervisor
from dagster_open_platform_local.state import LocalState
from dagster_open_platform_tests.fixtures.postgres import rows


def test_the_environment_file_leads_to_the_databases(tmp_path: Path) -> None:
    state = LocalState(tmp_path / "state")
    state.create()
    with Supervisor(state, "test", base_environment(state), exported_variables(state)) as supervisor:
        first = company_services(state)[0]
        supervisor.start([first])
        live = live_environment(state)
        for variable, (role, database) in PLATFORM_URLS.items():
            assert rows(live[variable], "SELECT current_user::text, current_database()::text") == [
                (role, database)
            ]
        # Ready means ready: whatever the product may do, it may do now.
        application = next(value for name, value in first.secrets.items() if APPLICATION.upper() in name)
        assert not any(application in value for value in live.values())
        assert not set(first.secrets) & set(supervisor.environment)
    with Supervisor(state, "test", base_environment(state), exported_variables(state)) as supervisor:
        supervisor.start([company_services(state)[0]])
        # Each start has new passwords and its own port; the old ones lead nowhere.
        new = live_environment(state)
        for variable, (role, database) in PLATFORM_URLS.items():
            old_password = conninfo_to_dict(live[variable])["password"]
            assert rows(new[variable], "SELECT 1") == [(1,)]
            assert str(old_password) not in new[variable]
            assert role in new[variable]
            assert database in new[variable]


def test_the_databases_start_before_everything_else(tmp_path: Path) -> None:
    state = LocalState(tmp_path)
    first, *others = company_services(state)
    assert first.name == "postgres"
    assert {"bigquery", "saas"} <= {service.name for service in others}
    assert str(state.postgres) in first.command(1)
    # No two stacks share passwords.
    again = company_services(state)[0]
    assert not set(first.secrets.values()) & set(again.secrets.values())
