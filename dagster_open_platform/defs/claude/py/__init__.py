"""Python definitions of the Claude reports."""
