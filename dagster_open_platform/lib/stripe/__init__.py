"""Stripe: whether what it says of the company's money adds up."""
