"""What `dg scaffold defs` does for our components: asking, finding the place in the house's shape, and writing.

What belongs here: what all components have in common. What does not: what one asks and writes (`lib/<integration>/scaffold.py`).
"""
