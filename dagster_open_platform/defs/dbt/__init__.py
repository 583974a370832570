"""The dbt project's models, snapshots and seeds as assets, and its tests as their checks."""
