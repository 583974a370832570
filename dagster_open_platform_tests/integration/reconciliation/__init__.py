"""Tests: the reconciliation over a real Postgres, change files, copies and dbt's staging models."""
