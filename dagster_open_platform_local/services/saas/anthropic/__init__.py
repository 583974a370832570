"""Anthropic's Admin API: usage, cost and Claude Code reports, users, API keys and workspaces of the company's organization.

Sources: https://platform.claude.com/docs/en/api/admin (paths, parameters, fields), https://platform.claude.com/docs/en/api/errors (errors,
`request-id`). Each module names its pages.
"""
