"""Slack: the members of the community, and what the platform has to say."""
