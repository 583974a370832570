"""The semantic layer: what metrics mean is declared in the dbt project, and saved queries are tables that anybody can read.

What belongs here: reading the declarations, making SQL of a saved query for either engine, running it. What does not: the
declarations (``models/semantic`` of the dbt project), and the assets (``defs/semantic_layer``).
"""
