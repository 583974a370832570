"""The company's product databases: an embedded PostgreSQL.

What belongs here: where its programs are (`binaries.py`), which databases and roles there are and how they are reached
(`databases.py`), the life of the cluster (`cluster.py`), and who may do what (`roles.py`). What does not: tables and rows
(they are the company's).
"""
