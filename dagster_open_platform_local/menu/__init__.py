"""The administrator's menu: what can be done with the platform on this machine, each with what it will do.

What belongs here: the items (`items.py`), and choosing one (`command.py`). What does not: doing it: each item is a verb of its own, which
the menu starts as a person would type it.
"""
