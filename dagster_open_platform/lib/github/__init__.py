"""How issues, discussions and comments come from GitHub.

What belongs here: the client of GitHub's GraphQL API, the resource that configures it, the Arrow schemas of what it finds.
What does not: which repositories are fetched and when (``defs/github/``).
"""
