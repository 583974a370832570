"""Tests of the emulated Hightouch and of the CRM behind it."""
