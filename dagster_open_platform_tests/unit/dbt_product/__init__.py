"""Tests: what the dbt project declares about the product's databases, without dbt."""
