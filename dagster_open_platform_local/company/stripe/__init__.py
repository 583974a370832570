"""What the company's billing looks like in Stripe: twelve tables of Stripe's Data Pipeline.

What belongs here: the rows, as of a date. What does not: when they are delivered into the warehouse (`services/saas/stripe/`).

Every organization with a billing address is a customer, but the internal ones, whose bills are made in Stripe's test mode. What it
owes a month is its commitment (`customer_info.monthly_commitment` of the product's database), so the monthly recurring revenue of
both agrees; what it used beyond that is billed a month later. The dirt in it:

- 2 % of the customers were made twice; one of the two may be deleted;
- 5 % were made by hand in the dashboard: their description is a name, not the public id of the organization;
- 3 % of the subscriptions lack their metadata, and some values end in a space;
- plans change in the middle of a month: two prorations on the next invoice, which may be a credit that lasts for several months;
- cards are declined and tried again; some invoices are never paid: they stay open, become uncollectible or void;
- 6 % of the invoices that customers pay themselves are paid past Stripe, so there is no charge;
- some invoices are made by hand, without a subscription;
- charges are refunded, wholly or in part, or disputed; some disputes are won;
- an invoice of the last hour of a day is a draft, and has no number yet.

Table and column names: https://docs.stripe.com/stripe-data/schema; amounts are in the smallest unit of the currency, times in UTC.
"""
