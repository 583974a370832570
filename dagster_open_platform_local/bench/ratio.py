"""What a measure gives.

What belongs here: the value only. What does not: how it is measured, and how it is shown.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """A measured quotient of two quantities of the same kind, and its limit.

    Args:
        name: What is divided by what.
        value: The quotient.
        limit: What it must not fall below or exceed.
        higher_is_better: Whether the limit is a lower bound.
        detail: Both quantities, with their units, and how they were taken.
    """

    name: str
    value: float
    limit: float
    higher_is_better: bool
    detail: str

    @property
    def kept(self) -> bool:
        """Whether the value is within its limit."""
        return self.value >= self.limit if self.higher_is_better else self.value <= self.limit
