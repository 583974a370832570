"""The S3 service on real sockets, with the clients that the platform and others use."""
