"""The mark that a declared object carries: what it was declared as, and from which declaration it was made.

What belongs here: the mark's form. What does not: when it is written and what follows from it (`duckdb/objects.py`,
`snowflake/objects.py`).

It stands at the end of the object's comment, behind what people wrote, because a comment is the one thing that any object has
on both engines, that everybody may read, and that goes when the object is replaced by somebody else's statement. So it is
noticed when an object was dropped, or replaced by hand. What is altered in place (`ALTER ... SET`) leaves the mark as it was:
that is noticed only as far as an engine's own properties are compared, which the engines' modules say.
"""

import re
from dataclasses import dataclass

_MARK = re.compile(r"(?:\A|\n\n)\[declared: (?P<kind>[a-z ]+), (?P<fingerprint>[0-9a-f]{16})\]\Z", re.DOTALL)


@dataclass(frozen=True)
class Mark:
    """What is noted on an object.

    Args:
        kind: As `declarations.KINDS` calls it.
        fingerprint: Of its declaration (`fingerprint.py`).
    """

    kind: str
    fingerprint: str


def marked(comment: str | None, mark: Mark) -> str:
    """Return a comment with the mark at its end."""
    text = f"[declared: {mark.kind}, {mark.fingerprint}]"
    return f"{comment}\n\n{text}" if comment else text


def mark_of(comment: str | None) -> Mark | None:
    """Return the mark at the end of a comment, or None: nobody declared the object, or somebody replaced it since."""
    match = _MARK.search(comment or "")
    return Mark(match["kind"], match["fingerprint"]) if match else None
