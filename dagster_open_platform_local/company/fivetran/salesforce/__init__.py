"""Salesforce: what the company's sales people enter and see there.

What belongs here: the rows of its tables. What does not: what several tools know alike (`company/commercial/`).
"""
