"""Errors of the simulated company.

What belongs here: what can be wrong with a company's directory or settings, each with the command that mends it. What
does not: anything a platform's asset could meet, because the platform only sees the services.
"""


class CompanyError(Exception):
    """Something about the company's directory or its settings keeps it from being built or read."""


class SettingsMismatchError(CompanyError):
    """The directory holds a company of another seed, scale, epoch or format than the one asked for."""


class CompanyNotBuiltError(CompanyError):
    """The directory holds no company yet."""


class ClockError(CompanyError):
    """The company was asked to move to a date that it cannot have: before its own today or beyond tomorrow's data."""
