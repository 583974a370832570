"""The server."""

from dagster_open_platform_tests.fixtures.segment import delivered_segment, segment

__all__ = ["delivered_segment", "segment"]
