"""Runs of a selection of assets at fixed times, declared in YAML."""
