"""Checks of Stripe's tables."""
