"""What can go wrong at Slack beyond what HTTP says.

What belongs here: the types. What does not: recognising them (`answers.py`).
"""

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


class InvalidMessage(PermanentFailure):
    """A message that Slack would not take as it is meant."""


class UnexpectedAnswer(PermanentFailure):
    """The answer does not have the shape that Slack documents: its API, or this client, has changed."""


class ChannelNotFound(PermanentFailure):
    """There is no such channel, or the bot is not in it."""


class AnalyticsNotReady(RetryableFailure):
    """Slack has not counted the day yet; it does so within about a day after its end."""


class FileNotReady(RetryableFailure):
    """Slack has not processed an uploaded file in time, so no message can show it yet."""


class DaysMissing(PermanentFailure):
    """Metrics are asked for of days of which the platform has no analytics."""
