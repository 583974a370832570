"""What the demo's driver is told by the process that started it.

What belongs here: that, without importing Dagster, which the other side does not need.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Self


@dataclass(frozen=True)
class DemoContext:
    """Where, as of when, and what was done before.

    Args:
        root: The state directory.
        as_of: The date in the company, ISO 8601: every day before it is complete.
        began: When the demo began, seconds since 1970.
        phases: Seconds that its parts took until now: ``data``, ``services``.
        services: Process ids by service.
    """

    root: str
    as_of: str
    began: float
    phases: Mapping[str, float] = field(default_factory=dict)
    services: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> str:
        """As the driver's argument."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse."""
        return cls(**json.loads(text))
