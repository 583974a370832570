"""The outside systems that the platform talks to, served on loopback."""
