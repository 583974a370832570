"""Tests: components tried against what all of them must keep, in processes of their own."""
