"""The EU code location: a thin composition of the same library."""
