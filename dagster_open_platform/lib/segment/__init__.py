"""Segment: what it delivers into the warehouse, observed, and compared with its own counts.

What belongs here: the component, the client of Segment's Public API, the checks. What does not: which sources there are
(`defs/segment`).
"""
