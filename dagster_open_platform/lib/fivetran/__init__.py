"""Fivetran: its connectors' tables as assets, synced when Dagster says so."""
