"""Tests of the frame in which all local services are served."""
