"""The saved queries of the dbt project's semantic layer, as tables."""
