"""Telling people of failed runs as they fail, once each, in the channel of who owns what failed.

What belongs here: what is told of a failure (`incident.py`), where (`routing.py`), what was told already (`ledger.py`), when
(`notifier.py`), and the sign that somebody still looks (`heartbeat.py`). What does not: why a run failed (``lib/health``); Slack.

Slack is the truth about what was told: each message carries, as metadata, the runs that it tells of. The sensor's cursor only says from
where on to look, so losing it, or dying between a message and the cursor, tells nothing twice and loses nothing.
"""
