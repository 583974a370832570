"""What can go wrong with the product.

What belongs here: that. What does not: a server that is away for a while, which is waited for.
"""


class ProductError(Exception):
    """The application cannot go on; the message says what to do and contains no password."""


class ForeignStateError(ProductError):
    """A database holds another company, another date, or other rows than its ledger says."""
