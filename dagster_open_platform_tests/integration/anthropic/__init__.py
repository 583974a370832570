"""Tests of the Claude reports on real sockets and processes."""
