"""Hightouch: syncs of marts into the tools that people work with."""
