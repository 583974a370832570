"""Fivetran: the SaaS tools that the company works with."""
