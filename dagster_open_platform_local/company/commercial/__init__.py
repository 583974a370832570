"""What the company's sales and marketing know, before any tool has a shape for it: who sells, to whom, what, and by which campaign.

What belongs here: facts that several SaaS tools share. What does not: the tables of a tool (`company/fivetran/<tool>/`).
"""
