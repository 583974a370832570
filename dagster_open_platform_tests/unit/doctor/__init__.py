"""The doctor and the systems that it knows."""
