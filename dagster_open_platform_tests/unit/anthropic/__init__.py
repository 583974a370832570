"""Tests of the Claude reports without network."""
