"""What an environment may change outside of the warehouse: at vendors, in other databases.

What belongs here: the map, and the failure of whoever would. What does not: who asks; each door of the platform does (`lib/http_resource.py`,
`lib/postgres/resource.py`, `lib/aws/resource.py`), so that nothing behind a door has to remember.
"""

from collections.abc import Mapping

from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName, get_environment
from dagster_open_platform.utils.failures import PermanentFailure

MAY_CHANGE_OUTSIDE: Mapping[EnvironmentName, bool] = {
    # What is outside of a laptop is the simulated company, or what somebody has connected on purpose.
    EnvironmentName.LOCAL: True,
    # There is one Salesforce, one Slack and one product, and what is in the clones is an attempt.
    EnvironmentName.BRANCH: False,
    EnvironmentName.DOGFOOD: True,
    EnvironmentName.PROD: True,
}


class OutsideLeftAlone(PermanentFailure):
    """A branch deployment would have changed something that is not its own. Nothing was done."""


def may_change_outside(environment: Environment | None = None) -> bool:
    """Whether something outside of the warehouse may be changed; reading is allowed everywhere.

    Args:
        environment: Default: the current one.
    """
    return MAY_CHANGE_OUTSIDE[(environment or get_environment()).name]


def left_alone(what: str) -> OutsideLeftAlone:
    """The failure of whoever would change something outside.

    Args:
        what: That it did not do, as in "so … was not done".
    """
    return OutsideLeftAlone(
        f"A branch deployment changes nothing outside of its clones, so {what}. Its tables are in the clones to be looked at; what is"
        " outside follows when production materializes this after the merge."
    )
