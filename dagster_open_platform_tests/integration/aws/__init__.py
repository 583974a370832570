"""Object storage, workspace replication and the cloud bill, against the local S3."""
