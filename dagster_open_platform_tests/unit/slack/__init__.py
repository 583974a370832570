"""Slack: what needs no server."""
