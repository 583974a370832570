"""The company's billing, as Stripe delivers it."""
