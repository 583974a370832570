"""Stripe: the company's billing, as Stripe shares it with the warehouse."""
