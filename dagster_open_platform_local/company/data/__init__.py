"""Data files of the company: packages on the Python package index.

`dagster_packages.tsv` lists every package whose name begins with `dagster`, in autumn 2026: names, versions and ranks are
real. `other_packages.tsv` lists a few that are downloaded beside them: real names with versions and ranks that were
chosen, low enough that they do not drown the others. Columns: name, latest version, month of that version, place among
the 15,000 most downloaded packages (empty: beyond them).
"""
