"""The files of deployments say what the code says, and nothing secret."""
