"""Databases of pull requests, for somebody at a terminal: listed, made and dropped.

    python -m dagster_open_platform.operations.clones [list | make NUMBER | drop NUMBER [--yes]]

What belongs here: the command. What does not: cloning (``lib/snowflake/clones.py``), and the jobs that CI launches for pull requests
(``defs/snowflake/py/clones.py``), which do the same in a run.
"""
