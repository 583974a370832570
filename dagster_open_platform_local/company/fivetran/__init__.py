"""The SaaS tools that the company uses, as Fivetran loads them: layouts, connectors, rows.

What belongs here: which connectors there are, the columns of their tables, and the rows as of a date. What does not: when and how
they are loaded, and Fivetran's API (`services/saas/fivetran/`); what several tools know of the same customers (`commercial/`).
"""
