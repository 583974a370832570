"""Chaos on real stacks."""
