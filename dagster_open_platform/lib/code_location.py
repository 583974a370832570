"""What a code location consists of, for those of its assets and sensors that speak about the others.

What belongs here: owners, freshness policies and checks by key, taken from definitions. What does not: what became of them, which the
Dagster instance knows (``lib/health``).

`context.repository_def` knows it too, but only in runs that a code server starts: a run in the same process
(``execute_in_process``, as on a laptop's first day) has none. So the definitions hold a resource that is given them when they are
complete; its key is ``code_location``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import dagster as dg

from dagster_open_platform.utils.failures import PermanentFailure

NOBODY = "nobody"
"""The owner of what has none."""


class NoDefinitions(PermanentFailure):
    """A code location was asked what it consists of before it was complete."""


@dataclass(frozen=True)
class AssetFacts:
    """What is declared of an asset.

    Args:
        owners: Such as ``team:devrel`` or an e-mail address; may be empty.
        freshness: How old it may become. None: nobody says, or it is not materialized here.
        group: The group that it is shown in.
    """

    owners: tuple[str, ...] = ()
    freshness: dg.FreshnessPolicy | None = None
    group: str | None = None


@dataclass(frozen=True)
class PlatformGraph:
    """What is declared of everything.

    Args:
        assets: By key; also those that others make.
        checks: All checks.
    """

    assets: Mapping[dg.AssetKey, AssetFacts] = field(default_factory=dict)
    checks: frozenset[dg.AssetCheckKey] = frozenset()

    def owners_of(self, key: dg.AssetKey) -> tuple[str, ...]:
        """An asset's owners; ``nobody`` if it has none, or is none of this code location's any more."""
        facts = self.assets.get(key)
        return facts.owners if facts and facts.owners else (NOBODY,)


class CodeLocation:
    """Knows the definitions that it is a resource of."""

    def __init__(self) -> None:
        self.definitions: dg.Definitions | None = None

    @cached_property
    def graph(self) -> PlatformGraph:
        """What is declared of everything.

        Raises:
            NoDefinitions: The definitions are not complete.
        """
        if self.definitions is None:
            raise NoDefinitions(
                "The resource code_location was given no definitions: build them with build_definitions, or give the"
                " resource those that it should know."
            )
        return graph_of(self.definitions)


def graph_of(definitions: dg.Definitions) -> PlatformGraph:
    """What is declared of everything.

    Args:
        definitions: Complete ones; they are not resolved, which would take seconds for a large graph.
    """
    assets: dict[dg.AssetKey, AssetFacts] = {}
    checks: set[dg.AssetCheckKey] = set()
    for asset in [*(definitions.assets or ()), *(definitions.asset_checks or ())]:
        if isinstance(asset, dg.AssetsDefinition):  # also what only checks
            checks |= {spec.key for spec in asset.check_specs}
            materializable = asset.is_materializable
            specs = list(asset.specs)
        elif isinstance(asset, dg.AssetSpec):
            materializable, specs = False, [asset]
        else:
            continue
        for spec in specs:
            policy = spec.freshness_policy if materializable else None
            assets[spec.key] = AssetFacts(tuple(spec.owners), policy, spec.group_name)
    return PlatformGraph(assets, frozenset(checks))
