"""Tests of the platform and the emulated Hightouch together, and of values that go round."""
