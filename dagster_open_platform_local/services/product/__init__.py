"""The company's own product, as far as its databases know it: the application that writes into them.

What belongs here: bringing the databases to the company's date and keeping them there. What does not: what is in them
(`company/product/`), and the server that holds them (`services/postgres/`).

    copying.py      Arrow tables into Postgres by COPY
    ledger.py       which company a database holds, and as of which date
    writer.py       one step of one database, in one transaction
    follower.py     following the company's clock, through everything that may happen to the server
    app.py          the service's health
"""
