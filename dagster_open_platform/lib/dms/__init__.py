"""Change tables: the current state of a database's tables, kept from the change files that AWS DMS writes to S3."""
