"""Slack's Web API for the community's workspace, and a page that shows what was posted as Slack would."""
