"""Product events: micro-batches of JSON lines in object storage, landed one row an event."""
