"""Stripe: the platform's checks of it."""
