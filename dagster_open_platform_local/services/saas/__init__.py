"""The SaaS vendors of the company: one process, a mount a vendor.

What belongs here: the process and what mounts it. What does not: a vendor's API; each has a package of its own, which
serves the vendor's documented paths, envelopes, paging, authentication, rate limits and error bodies.
"""
