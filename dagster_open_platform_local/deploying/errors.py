"""What can go wrong when a deployment is built or tried.

What belongs here: the errors. What does not: errors of the processes that are started (`stack/errors.py`).
"""


class DeploymentError(Exception):
    """It cannot be built, or is not what this checkout is; the message says what to do or how it differs."""
