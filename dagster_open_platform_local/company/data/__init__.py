"""Data files of the company: real names, versions and ranks of packages on the Python package index.

`dagster_packages.tsv` lists every package whose name begins with `dagster`, in autumn 2026; `other_packages.tsv` some
that are downloaded beside them. Columns: name, latest version, month of that version, place among the 15,000 most
downloaded packages (empty: beyond them).
"""
