"""Segment: the client, the names of tables, the comparisons, the component, the company's events and the emulated API."""
