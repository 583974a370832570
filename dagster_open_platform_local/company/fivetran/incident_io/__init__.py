"""incident.io: what went wrong, who dealt with it, and what it left to do.

What belongs here, by modules:

    happenings.py   which incidents there were, from what the product's runs and the exports tell
    course.py       how each went, as far as it has come
    follow_ups.py   what they left to do, which Linear has too
    alerts.py       what monitors sent, whether it became an incident or not
    tables.py       the rows

What does not: the runs and exports themselves.
"""
