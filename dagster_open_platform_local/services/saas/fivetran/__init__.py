"""Fivetran over the simulated company: its REST API, and the loads that a sync makes into the warehouse.

What belongs here: the API as Fivetran documents it (https://fivetran.com/docs/rest-api), the life of a connection, and the
destination. What does not: the sources' rows and layouts (`company/fivetran/`), faults that any vendor can have
(`services/faults.py`).
"""
