"""Python definitions of Slack."""
