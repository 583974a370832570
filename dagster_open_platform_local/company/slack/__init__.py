"""The community's Slack workspace: who is in it, its channels, and what members do in a day."""
