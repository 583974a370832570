"""The company and its vendors at work: they put their exports into object storage, day by day.

What belongs here: bringing the buckets to the company's date and keeping them there. What does not: what is in the objects
(`company/exports/`), and the service that serves them (`services/s3/`), in whose process this runs.

    ledger.py       which company the buckets hold, and up to which date each export
    deliverer.py    following the company's clock: a thread
"""
