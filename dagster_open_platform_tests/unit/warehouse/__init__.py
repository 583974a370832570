"""Tests of the warehouse seam that need no service."""
