"""Systems that are reached through an HTTP API, which all are alike but for what they are asked.

What belongs here: that likeness. What does not: any vendor (``lib/<vendor>/system.py``).
"""

from typing import TypeVar

from dagster_open_platform.lib.http_resource import HttpApiResource
from dagster_open_platform.lib.systems import Resources, Variable

Api = TypeVar("Api", bound=HttpApiResource)


def api_address(resource: type[HttpApiResource]) -> Variable:
    """The variable of another address of a vendor's API.

    Args:
        resource: The vendor's resource.
    """
    what = f"another address of {resource.service}'s API than {resource.default_api_url}"
    return Variable(resource.api_url_variable, what, is_secret=False)


def asked_once(resources: Resources, key: str, kind: type[Api]) -> Api:
    """A vendor's resource that asks once and waits for nothing, for somebody who only wants to know whether it answers.

    Args:
        resources: Of the environment.
        key: The vendor's.
        kind: Its class.

    Raises:
        TypeError: Something else stands behind the key.
    """
    found = resources[key]
    if not isinstance(found, kind):
        raise TypeError(f"{key} is a {type(found).__name__}, not a {kind.__name__}")
    return found.model_copy(update={"max_attempts": 1})
