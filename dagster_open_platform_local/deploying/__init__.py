"""What CI does to deploy, and trying it here: the directory that is built from, the PEX, and the open-source deployment.

What belongs here: building as Dagster+ builds, starting as Dagster+ starts, and comparing what runs with this checkout. What does not:
when it is done (`.github/workflows`), and what an account decides (`dagster_cloud.yaml`).
"""
