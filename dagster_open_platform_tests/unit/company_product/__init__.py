"""Tests of the content of the product's databases."""
