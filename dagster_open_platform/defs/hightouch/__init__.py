"""Hightouch: marts, sent to the tools that sales and marketing work with."""
