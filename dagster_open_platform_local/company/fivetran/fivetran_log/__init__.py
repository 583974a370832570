"""Fivetran's own log: the account, its connections, how their syncs went, and what that cost.

What belongs here, by modules:

    history.py         how each connection's syncs went on each day
    tables_account.py  the rows of account, users, roles, connections and their tables
    tables_usage.py    the rows of events and of what is charged
    tables.py          all of them together

What does not: syncs that the emulated Fivetran really ran. This is a history that could be: a function of the settings and the date,
like all that the company's tools tell.
"""
