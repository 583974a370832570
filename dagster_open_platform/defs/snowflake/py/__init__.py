"""Python definitions of the warehouse itself: its databases for pull requests."""
