"""What exists: YAML component instances and Python assets, one folder a system."""
