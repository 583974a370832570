"""Unit tests of the demo: the planner and the summary."""
