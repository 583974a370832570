"""Linear: what the company's teams work on.

What belongs here, by modules:

    colleagues.py   who has an account, shared with incident.io
    teams.py        teams, states of work, labels, cycles
    births.py       which issues there are, where they come from, and their numbers
    course.py       what became of each issue
    projects.py     projects, initiatives and what belongs to them
    tables.py       all tables together; tables_*.py: the rows

What does not: GitHub's issues (`company/github*.py`) and incidents, to which Linear's refer.
"""
