"""Observations of real files, beside other processes."""
