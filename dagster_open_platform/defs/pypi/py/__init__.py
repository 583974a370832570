"""The functions behind ``../components/defs.yaml``, and the external source that they read."""
