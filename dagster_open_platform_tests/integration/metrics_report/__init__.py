"""Tests: the metrics report against the local S3, and on either warehouse."""
