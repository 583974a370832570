"""Unit tests of the stack: no process, no socket."""
