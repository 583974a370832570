"""What can go wrong with dbt, as types that say whether a retry helps and what to do.

What belongs here: errors that have to do with dbt itself. What does not: a locked, damaged or unreachable warehouse, which
has its types in ``lib/warehouse/errors.py`` whoever meets it, and recognising any of them (``diagnosis.py``).
"""

from dagster_open_platform.utils.failures import PermanentFailure


class ManifestMissing(PermanentFailure):
    """The manifest that the asset graph is built from has not been built."""


class ManifestStale(PermanentFailure):
    """The manifest was built from other files, or by another dbt, than are there now."""


class ManifestNotBuilt(PermanentFailure):
    """dbt could not parse the project."""


class DbtExecutableMissing(PermanentFailure):
    """There is no ``dbt`` command in this Python environment or on PATH."""


class UnknownTarget(PermanentFailure):
    """A target that ``profiles.yml`` does not have, or that does not serve the purpose."""


class InvalidModelProperties(PermanentFailure):
    """A source, model, seed or snapshot lacks a property that its asset needs, or has a wrong one."""


class DbtCompilationFailed(PermanentFailure):
    """The project or a model in it is wrong: Jinja, YAML, or SQL that the engine refuses to parse."""


class DbtTestsFailed(PermanentFailure):
    """Models were built, but tests of severity error failed."""


class DbtRunFailed(PermanentFailure):
    """dbt failed for a reason that will not pass by itself."""


class DbtNotStarted(PermanentFailure):
    """What dbt needs on this machine to begin with cannot be written: the disk is full, for example."""


class LineageUnknown(PermanentFailure):
    """A model's query is beyond what can be followed column by column. The model is none the worse for it."""
