"""Anthropic's Admin API: usage, costs, Claude Code, API keys and users of an organization, as Arrow tables."""
