"""What organizations have set up: their deployments, the code locations in them, the jobs in those.

What belongs here: who exists since when, for all databases. What does not: the tables about it (`deployments.py`,
`locations.py`), and what ran (`runs.py`).
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.moments import DAY_SECONDS
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.product.directory import Directory, directory
from dagster_open_platform_local.company.product.happenings import Children, children
from dagster_open_platform_local.company.settings import CompanySettings

_HOUR, _DAY = 3600, DAY_SECONDS
_FIRST_DEPLOYMENT_SECONDS, _FIRST_LOCATION_SECONDS = 30, 900
_DEPLOYMENTS = ((1, 2, 3, 5, 8), (48, 24, 14, 10, 4))
_DEPLOYMENT_GAPS = (_HOUR, 9 * _DAY, 60 * _DAY, 250 * _DAY, 900 * _DAY)
_LOCATIONS = ((1, 2, 3, 5), (66, 20, 10, 4))
_LOCATION_GAPS = (_HOUR, 4 * _DAY, 40 * _DAY, 300 * _DAY)
_JOBS = ((0, 1, 2, 3, 5), (16, 32, 27, 17, 8))
_JOB_GAPS = (300, _HOUR, 9 * _DAY, 70 * _DAY, 500 * _DAY)
_SERVERLESS_SHARE = 0.55


@dataclass(frozen=True)
class Estate:
    """Deployments, code locations and jobs of all databases; what has id `i` is at index `i - 1`.

    Args:
        directory: Whose they are.
        deployments: Their parents are organizations (by index).
        locations: Their parents are deployments (by index).
        jobs: Their parents are code locations (by index).
    """

    directory: Directory
    deployments: Children
    locations: Children
    jobs: Children

    @property
    def is_serverless(self) -> Mask:
        """Which deployments run on the vendor's machines; the same for all of an organization."""
        organization = self.deployments.parent + 1
        return self.directory.draws("agents", organization).chance("serverless", _SERVERLESS_SHARE)

    def organization_of_location(self, location: Integers) -> Integers:
        """Organization (by index) of code locations (by index)."""
        return self.deployments.parent[self.locations.parent[location]]

    def organization_of_job(self, job: Integers) -> Integers:
        """Organization (by index) of jobs (by index)."""
        return self.organization_of_location(self.jobs.parent[job])


@lru_cache(maxsize=2)
def estate(settings: CompanySettings, today: date) -> Estate:
    """What there is at 00:00 UTC of a date."""
    found = directory(settings, today)
    organizations = np.arange(1, found.created.size + 1, dtype=np.int64)
    deployments = children(
        found.draws("deployments", organizations),
        found.created,
        _DEPLOYMENTS,
        _DEPLOYMENT_GAPS,
        found.now,
        _FIRST_DEPLOYMENT_SECONDS,
    )
    locations = children(
        found.draws("locations", deployments.ids),
        deployments.created,
        _LOCATIONS,
        _LOCATION_GAPS,
        found.now,
        _FIRST_LOCATION_SECONDS,
    )
    jobs = children(found.draws("jobs", locations.ids), locations.created, _JOBS, _JOB_GAPS, found.now)
    return Estate(found, deployments, locations, jobs)
