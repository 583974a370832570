"""Tests: the dbt models on the product's databases, over the simulated company's own rows, against plain Python."""
