"""Materializes a whole asset graph on the local stack and says what came of it.

What belongs here: planning, running and reporting, whatever the graph is; and, in one module of its own (`figures.py`),
the business figures of the summary. What does not: services, the company, any asset.
"""
