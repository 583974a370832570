"""Whether each system that the platform works with is simulated or real, what it lacks, and whether it answers.

    python -m dagster_open_platform.operations.doctor [--json] [SYSTEM …]

What belongs here: which systems there are (`systems.py`), looking (`examine.py`), telling (`tell.py`). What does not: what a system needs.
"""
