"""Outreach: whom the company's sales people engage there, by which sequences, and what came of it.

What belongs here: the rows of its tables. What does not: what several tools know alike (`company/commercial/`).
"""
