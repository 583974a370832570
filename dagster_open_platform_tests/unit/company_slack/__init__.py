"""The company's Slack workspace: members, channels, what members do."""
