"""GitHub: what people write about the open-source project."""
