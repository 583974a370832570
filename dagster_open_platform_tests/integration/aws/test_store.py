"""S3 does what every store does, and whatever it answers wrongly is a typed error without a secret."""

from dagster_open_platform_tests.fixtures.object_store import ObjectStoreContract


class TestS3(ObjectStoreContract):
    """Over a socket, with a role."""
