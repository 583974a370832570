"""GitHub's GraphQL API over the company's issues, discussions and comments.

What belongs here: the API as GitHub documents it (https://docs.github.com/en/graphql), as far as ``schema.graphql`` goes.
What does not: the data (``company/github.py``), faults that any vendor can have (``services/faults.py``).
"""
