"""What can be wrong with downloads, beyond what BigQuery and the warehouse can get wrong by themselves."""

from dagster_open_platform.utils.failures import PermanentFailure


class DownloadsMissing(PermanentFailure):
    """The log has nothing for a day. It is late rather than empty, but hours late: a retry only costs another query."""


class WeekIncomplete(PermanentFailure):
    """The daily table lacks days of a week that is to be summed up."""
