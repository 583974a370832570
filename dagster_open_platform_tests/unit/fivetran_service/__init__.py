"""Tests of the emulated Fivetran, without sockets."""
