"""The two kinds of failure, where integrations look for them."""

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

__all__ = ["PermanentFailure", "RetryableFailure"]
