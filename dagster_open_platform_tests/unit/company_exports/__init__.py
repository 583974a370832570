"""Tests: what the company leaves in object storage."""
