"""Tests: the manifest, the translation and the diagnosis of dbt, without running dbt."""
