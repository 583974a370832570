"""Starts, watches and stops the local services.

What belongs here: processes, ports, locks, health, the environment file. What does not: any service's own behaviour, and
what is run against the services.
"""
