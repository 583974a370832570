"""The simulated company: deterministic data, from its epoch to its today."""
