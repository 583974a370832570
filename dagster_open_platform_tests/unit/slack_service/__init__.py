"""The emulated Slack: methods, errors, paging, limits, and its page."""
