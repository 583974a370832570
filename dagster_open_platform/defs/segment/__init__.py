"""Segment: the events of the website, the product, the documentation and the courses."""
