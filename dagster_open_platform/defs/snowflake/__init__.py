"""Definitions of what lives in the warehouse itself: its objects, change tables, events, and another region."""
