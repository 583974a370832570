"""Reference pages of components, made from their schemas.

What belongs here: from component classes to Markdown. What does not: any component, and where the pages are kept.
"""
