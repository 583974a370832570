"""What can be wrong with a workspace snapshot, beyond what the object store can get wrong by itself.

What belongs here: the errors. What does not: recognising them (``reading.py``, ``explode.py``).
"""

from collections.abc import Mapping

import dagster as dg

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


class InvalidSnapshot(PermanentFailure):
    """An object is no JSON, breaks off, or has another shape than its version says."""


class InvalidCompression(PermanentFailure):
    """A part is not the zlib stream that its manifest says it is."""


class UnsupportedVersion(PermanentFailure):
    """A snapshot has a version that this platform cannot read."""


class MissingPart(PermanentFailure):
    """A manifest names an object that is not there."""


class ForeignPart(PermanentFailure):
    """A manifest names an object of another organization: reading it would show one customer's data as another's."""


class OrganizationsFailed(PermanentFailure):
    """Snapshots of some organizations could not be staged; the others are."""


class OrganizationsUnsettled(RetryableFailure):
    """As ``OrganizationsFailed``, but at least one failure may pass by itself."""


def organizations_failed(failures: Mapping[str, dg.Failure]) -> OrganizationsFailed | OrganizationsUnsettled:
    """The error for a run that staged what it could.

    Args:
        failures: Why, by day and organization.
    """
    listed = "\n".join(f"- {name}: {failure.description}" for name, failure in sorted(failures.items()))
    kind = (
        OrganizationsUnsettled
        if any(failure.allow_retries for failure in failures.values())
        else OrganizationsFailed
    )
    return kind(
        f"{len(failures)} snapshots could not be staged. All others of the run are, and the days of these are not"
        f" materialized. When their owners have sent them again, run their days again:\n{listed}",
        metadata={"organizations_failed": sorted(failures)},
    )
