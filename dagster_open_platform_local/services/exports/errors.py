"""What can go wrong with the delivery of exports.

What belongs here: that. What does not: a full disk, which is waited for.
"""


class ExportsError(Exception):
    """The delivery cannot go on; the message says what to do."""


class ForeignBucketsError(ExportsError):
    """The buckets hold another company's exports, or those of a later date."""
