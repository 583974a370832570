"""Stripe: its deliveries by the running service, and what the platform sees of them."""
