"""Object storage: reading, writing and listing S3, and what the platform finds there."""
