"""The emulated Slack for the tests of this folder."""

from dagster_open_platform_tests.fixtures.slack import slack, slack_module

__all__ = ["slack", "slack_module"]
