"""Tests of the platform's Fivetran against the emulated one, on real sockets and files."""
