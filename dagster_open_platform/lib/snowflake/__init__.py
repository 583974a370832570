"""Snowflake: what the platform does with an account besides writing tables."""
