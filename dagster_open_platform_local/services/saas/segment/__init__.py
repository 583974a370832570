"""Segment: delivers the company's events into the warehouse, and answers its Public API."""
