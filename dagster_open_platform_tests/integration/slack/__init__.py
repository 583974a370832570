"""Slack over a real socket: the client, the assets, the process."""
