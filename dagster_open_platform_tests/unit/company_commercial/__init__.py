"""Tests: what sales and marketing know before any tool has a shape for it."""
