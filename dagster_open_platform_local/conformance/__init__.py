"""Tries all instances on the local services: what belongs here is the stack as a world of the conformance suite.

What does not: the suite (`dagster_open_platform/conformance`), which knows nothing of a stack.
"""
