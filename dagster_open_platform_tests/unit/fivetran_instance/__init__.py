"""Tests of the instance: the company's connectors, as the code location has them."""
