"""Tests of what the SaaS tools hold."""
