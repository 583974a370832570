"""Measures of the platform: ratios, so that they mean the same on any machine.

What belongs here: one module a subject with a function `measure`, and the ratio that it gives. What does not: tests.
"""
