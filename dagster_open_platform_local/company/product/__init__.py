r"""The content of the product's databases: every table as a pure function of (settings, database, today).

What belongs here: the tables' shape (`schema.py`, `tables.py`) and their rows (a module a group of tables; `state.py`
puts them together). What does not: writing them into a database (that is the product's own application, a service).

    schema.py       columns, Postgres and Arrow types, DDL
    tables.py       which tables there are, in which databases (tables_accounts.py, tables_shards.py: their columns)
    happenings.py   how rows come to be: so many a day, or so many to each row of another table
    columns.py      values: codes, UUIDs, JSON, decimals, moments
    texts.py        what people type, and what they should not have typed
    directory.py    who is where, shared by all: organizations, users, which database serves whom
    accounts.py     organizations, users, users_organizations, customer_info
    access.py       permissions, users_permissions, teams, teams_users, teams_permissions
    activity.py     session_tokens, onboarding_checklist, audit_log, user_events_counts
    estate.py       the deployments, their code locations and jobs, shared by all that follows
    versions.py     which version of Dagster somebody has
    deployments.py  deployments, serverless_agents, jobs, catalog_views
    locations.py    repository_locations_data
    alerting.py     alert_policies, alerts, notifications
    runs.py         runs, run_tags
    events.py       event_logs

What is in it that a replication stumbles over, as in real databases:

- late rows: 1.5 % of the runs lose the connection to their agent half-way; the rest of their `event_logs` arrives one to
  three days later, with later ids and old timestamps. 3 % of `user_events_counts` are counted again a day or two later;
- changes without a new `updated_at`: renames of 6 % of the deployments and of 10 % of the teams, done by hand in SQL;
  `alerts.alert_policy_id` becomes null when the policy is deleted;
- deletes: `session_tokens` that expired, `users_permissions` and `teams_users` of people who left or lost them,
  `alert_policies` that nobody wanted any more;
- a new column: `deployments.agent_version` from the 107th day of the company on (2026-09-15 with the usual epoch), filled
  as agents restart; and one that is null in every row for six weeks (`users.mfa_enrolled_at`);
- values that are read wrongly: the texts of `texts.ODDITIES` (`\N`, `NULL`, quotes, line ends, emoji, nothing at all) in
  `users.display_name`, `teams`, `customer_info.notes`, `catalog_views`, `alert_policies`, `notifications`;
- equal timestamps: rows written in one transaction (`permissions`, `onboarding_checklist`, `run_tags`, batches of
  `event_logs`), and a back-fill that touched all hybrid deployments at one moment.

A row of `today` is what the database holds at 00:00 UTC of that day: everything that happened before, nothing after. An id
once given to a row is never given to another.
"""
