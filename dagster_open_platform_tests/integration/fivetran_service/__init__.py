"""Tests of the emulated Fivetran on real sockets and as a process of its own."""
