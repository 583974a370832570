"""The warehouse on Snowflake.

What belongs here: everything that knows Snowflake. What does not: what both engines share (the package above).
"""
