"""Databases of pull requests: made when one is opened, dropped when it is closed or forgotten.

What belongs here: whose databases. What does not: the jobs that CI launches and the report of idle clones
(``lib/snowflake/clone_jobs.py``).

When a pull request is opened or pushed to, from the branch deployment, which knows its number:

    dg launch --job create_database_clones
    dagster-cloud job launch --deployment BRANCH_DEPLOYMENT --location dagster_open_platform --job create_database_clones

When it is closed, from production, for the branch deployment is gone by then:

    dg launch --job drop_database_clones --config-json '{"ops": {"drop_clones": {"config": {"pull_request_id": "42"}}}}'
    dagster-cloud job launch --deployment prod --location dagster_open_platform --job drop_database_clones --config-json '{"ops": {"drop_clones": {"config": {"pull_request_id": "42"}}}}'
"""

import dagster as dg

from dagster_open_platform.lib.snowflake.clone_jobs import clone_definitions
from dagster_open_platform.utils.regions import US


@dg.definitions
def defs() -> dg.Definitions:
    """Of the databases of the American region."""
    return clone_definitions(US)
