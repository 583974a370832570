"""What production finds in its warehouse without loading it: databases that others share with it.

What belongs here: their tables, each as a pure function of (settings, today). What does not: files (`stack/vendors.py` writes
them before Dagster starts).

    staff.py            who works with data in the company, and which services do
    account.py          the warehouse's roles and databases, and who was granted what
    account_usage.py    Snowflake's ACCOUNT_USAGE of it

In ACCOUNT_USAGE nothing ever disappears: a user that was dropped, a role that was revoked or a clone that was deleted stays as
a row with `deleted_on` (`deleted` of databases). People who left are disabled first and dropped a month later. A service may
have no e-mail address and no MFA, and one still logs in with a password.
"""
