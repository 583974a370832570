"""The raw tables of a simulated company, written straight into the warehouse's DuckDB files, as ingestion would leave them.

What belongs here: filling raw databases for measures, and for tests of what reads them (dbt, above all). What does not: the platform
itself, which is always filled through its doors (`services/`, and the assets that call them); a landed warehouse has no history, no
bookkeeping and nothing that came late to a table.

    source.py     what a source is, and writing its tables
    product.py    the product's databases, as they are replicated
    vendors.py    what is fetched from Anthropic, GitHub and Slack
    pypi.py       downloads by day and by week
    exports.py    what is read out of object storage by assets: events and AWS's costs
    external.py   what external tables show of object storage
    delivered.py  what Fivetran, Segment and Stripe write
    land.py       all of them

Where the platform has a function that shapes rows, it is called; where only SQL does, that SQL is run.
"""
