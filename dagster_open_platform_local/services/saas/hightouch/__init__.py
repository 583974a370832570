"""The emulated Hightouch: reverse ETL from the laptop's warehouse into the company's CRM.

What belongs here: its API, the workspace's syncs and their runs. What does not: what the CRM takes (`services/saas/crm/`), and the models,
which are tables of the warehouse that dbt makes.
"""
