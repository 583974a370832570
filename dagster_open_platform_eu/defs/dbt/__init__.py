"""The part of the dbt project that is the EU's."""
