"""Why an asset ran or did not: its policy in words, what became of it, and what it waits for.

    python -m dagster_open_platform.operations.why [--json] ASSET

What belongs here: reading a Dagster instance (`look.py`, `evaluation.py`), concluding (`reasons.py`), telling (`tell.py`). What does not:
the policies (``lib/automation.py``), and how the platform as a whole is doing (``lib/health``).

Nothing is changed and no server is needed: the instance is opened where DAGSTER_HOME says. Beside the methods that ``lib/health`` lists,
these of `dagster.DagsterInstance` are used, which have no underscore and no public counterpart without a server: `get_status_by_partition`
and `get_latest_storage_id_by_partition`, `all_instigator_state` and `get_ticks` (sensors), `get_daemon_heartbeats`, and
`schedule_storage.get_auto_materialize_asset_evaluations` (what GraphQL's `assetConditionEvaluationRecordsOrError` reads).
"""
