"""Tests of the generic components."""
