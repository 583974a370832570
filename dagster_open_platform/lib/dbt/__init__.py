"""How dbt works here: the manifest, the translation into assets, the runs. What is run stands in ``defs/dbt``."""
