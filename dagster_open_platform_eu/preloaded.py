"""Loads the code location when it is imported, which only the process does that a run's steps are forked from.

What belongs here: that. What does not: why (``lib/preloading.py``).
"""

from dagster_open_platform_eu.definitions import LOCATION

LOCATION.load()
