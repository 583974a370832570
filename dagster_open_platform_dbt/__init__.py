"""The dbt project, shipped as package data: SQL, YAML and seeds, and where they are.

What belongs here: the project's directory as a constant, for code that hands it to dbt. What does not: anything that
runs dbt or reads its manifest; that is ``dagster_open_platform.lib.dbt``.
"""

from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent
"""The directory that holds ``dbt_project.yml`` and ``profiles.yml``."""
