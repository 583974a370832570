"""Unit tests of object storage, workspace replication and the cloud bill: no network."""
