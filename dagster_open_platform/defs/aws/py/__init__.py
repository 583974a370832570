"""Python definitions of object storage: what a run does, when it runs, and what must hold."""
