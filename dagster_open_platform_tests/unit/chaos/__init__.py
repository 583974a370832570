"""Chaos without a stack: schedules, comparing, and the verdict."""
