"""BigQuery, as far as the platform uses it: queries over the public table of PyPI downloads, by the REST API v2.

What belongs here: the part of Google's API that the real `google-cloud-bigquery` client speaks when it runs a query
and reads its result, over the simulated company's data. What does not: writing (load, extract and copy jobs, DDL, DML,
streaming) and the Storage API; each answers that it is not implemented, none pretends.

Why our own small server (Starlette for HTTP, sqlglot's BigQuery dialect for the language, DuckDB for the work): the
servers that exist cannot be installed beside the platform. crucible-emulator (an alpha) pins another version of
duckdb, local-bigquery needs Python 3.13 or later, bqemulator conflicts with the sqlglot that the platform uses.

    errors.py       errors in Google's form
    credentials.py  what a client needs to be let in
    parameters.py   query parameters
    sql.py          BigQuery SQL to DuckDB SQL; functions.py says which functions
    tables.py       the tables that exist; pruning.py says which of their partitions a query needs
    engine.py       plans and runs a query
    encoding.py     rows and schemas in BigQuery's JSON
    jobs.py         jobs and their resources
    app.py          the routes
"""
