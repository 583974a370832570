"""How the platform itself is doing: what is measured of a Dagster instance, and the report and the chart that tell it.

What belongs here: reading runs, failures, freshness and checks (`runs.py`, `failures.py`, `freshness.py`, `measure.py`), and
showing them (`report.py`, `chart.py`). What does not: telling failures as they happen (``lib/alerts``); posting.

Of `dagster.DagsterInstance` these methods are used, and no others; a test lets nothing else through:

    marked `@public`:           get_run_records, get_asset_records, fetch_materializations
    named without underscore,   get_records_for_run (a run's events by type and page), and
    as no marked one does it:   get_latest_asset_check_evaluation_record (what a check said last)

`get_event_records`, which the guides show, is deprecated, and on SQLite it opens the database of every run that ever was.
"""

from collections.abc import Mapping

PLATFORM_REPORT: Mapping[str, str] = {"reports_on": "platform"}
"""Tags of an asset that looks at what all the others did: whoever runs them all runs it last."""
