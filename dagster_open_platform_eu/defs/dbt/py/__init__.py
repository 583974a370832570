"""The ops that build it."""
