"""What a person who operates the platform asks it, as commands: `doctor` (is everything connected?), `why` (why did this asset run or not?).

What belongs here: looking, and telling people and machines. What does not: what a system needs (``lib/<integration>/system.py``), and
anything that definitions load.
"""
