"""The company's Stripe account, as far as the platform sees it: data that Stripe shares with the company's warehouse.

What belongs here: when that is delivered. What does not: the rows (`company/stripe/`). Nobody calls Stripe's API.
"""
