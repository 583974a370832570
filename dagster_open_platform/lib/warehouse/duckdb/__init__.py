"""The warehouse on DuckDB: one file a database, attached under the database's name.

What belongs here: everything that knows DuckDB. What does not: what both engines share (the package above).
"""
