"""The company's organization at Anthropic: who may use Claude, with which keys, for what, and what it costs.

What belongs here: the facts, as functions of the company's settings and date. What does not: how the Admin API shows them
(`services/saas/anthropic/`).

Claude came to the company two days after its epoch: reports of the days before are empty, and so is the day on which its prepaid credit
was used up (`calendar.py`). Other dirt: keys that were rotated and forgotten, usage of the Console that belongs to no key, tokens of the
Priority Tier that no cost report shows, containers for code that no usage report shows, a model that is new in the middle of a month.
"""
