"""What every component must keep, whoever wrote it: clauses that can be run against a component class or a folder of instances.

What belongs here: the clauses and what they need. What does not: any component, and this project's own tests.
"""
