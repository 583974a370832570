"""What can go wrong with saved queries, as types that say what to do."""

from dagster_open_platform.utils.failures import PermanentFailure


class UnknownSavedQuery(PermanentFailure):
    """There is no saved query of that name."""


class InvalidSemanticManifest(PermanentFailure):
    """The semantic manifest, or a declaration in it, is not what it has to be."""


class SavedQueryRefused(PermanentFailure):
    """MetricFlow makes no SQL of a saved query."""
