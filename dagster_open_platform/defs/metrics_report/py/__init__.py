"""Python definitions of the metrics report."""
