"""Slack: posting what the platform has to say, and the members of the community's workspace.

What belongs here: the protocol (`protocol.py`) with its client and its fake, messages (`text.py`, `blocks.py`, `message.py`), the
resource, and the tables of members (`members.py`, `tables.py`). What does not: what is posted, when and where (`lib/health`, `lib/alerts`).
"""
