"""A Python function as a node of the asset graph, declared in YAML."""
