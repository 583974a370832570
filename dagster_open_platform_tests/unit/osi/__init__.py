"""Semantic models in OSI: what becomes of them, and what is said of wrong ones."""
