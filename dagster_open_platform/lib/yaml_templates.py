"""What the texts of YAML mean, without a template engine where there is no template.

What belongs here: that. What does not: what templates may name (``template_vars.py``).

Dagster makes a Jinja template of every text and compiles it, at a third of a millisecond, although hardly one in ten is a template. The
others mean what Jinja's native types make of a constant, which is asked for without compiling anything.
"""

from typing import Any

import dagster as dg


class PlainTexts(dg.ResolutionContext):
    """A context that answers as Dagster's does."""

    @classmethod
    def of(cls, context: dg.ResolutionContext) -> "PlainTexts":
        """The same context.

        Args:
            context: Dagster's.
        """
        return cls(
            scope=context.scope,
            path=context.path,
            source_position_tree=context.source_position_tree,
            stash=context.stash,
        )

    def resolve_value(self, val: Any, as_type: type | None = None) -> Any:
        """What a value means (see `dg.ResolutionContext`)."""
        if isinstance(val, str) and is_constant(val):
            from jinja2.nativetypes import native_concat

            # Jinja drops one line break at the end.
            return native_concat([val.removesuffix("\n")])
        return super().resolve_value(val, as_type)  # pyright: ignore[reportArgumentType]  # its overloads leave Any out


def is_constant(text: str) -> bool:
    """Whether Jinja would find nothing to do in a text: no template, and no line breaks that it writes anew."""
    return "{" not in text and "\r" not in text and text not in ("", "\n")
