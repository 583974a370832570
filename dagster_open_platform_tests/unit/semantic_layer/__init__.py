"""Saved queries: what is declared, the SQL that is made of it, and what that gives on both engines."""
