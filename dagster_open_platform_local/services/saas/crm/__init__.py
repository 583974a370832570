"""The company's CRM, which is Salesforce and HubSpot: what others wrote into it, and REST paths to read a record.

What belongs here: fields that may be written, with each vendor's rules, the store of written values, and how they show in what Fivetran
loads. What does not: who writes (`services/saas/hightouch/`), and the records themselves (`company/fivetran/{salesforce,hubspot}/`).
"""
