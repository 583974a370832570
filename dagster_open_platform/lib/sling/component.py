"""What the components of both ways have in common: fields, where a stream is declared, and the op's end.

What belongs here: that. What does not: what an asset of either way is (`cloud_product_ingest.py`, `egress.py`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import dagster as dg
from pydantic import PrivateAttr

from dagster_open_platform.lib.outcomes import raise_failures
from dagster_open_platform.lib.sling.config import Stream
from dagster_open_platform.lib.sling.errors import InvalidReplication
from dagster_open_platform.lib.sling.outcomes import StreamFailed
from dagster_open_platform.lib.yaml_component import YamlComponent
from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform.lib.yaml_fields import names


class ReplicationsComponent(YamlComponent):
    """A component whose assets are the streams of replication files."""

    _places: dict[dg.AssetKey, str] = PrivateAttr(default_factory=dict)

    config_dir: Annotated[
        str,
        dg.Resolver.default(
            description="Folder of the replication files, relative to this file.", examples=["configs"]
        ),
    ]
    owners: Annotated[
        list[str], names(description="Who answers for the tables.", examples=[["team:data-platform"]])
    ] = ["team:data-platform"]  # noqa: RUF012 - pydantic copies it

    def where_asset(self, key: dg.AssetKey) -> str:
        """``file:line`` of a stream."""
        return self._places.get(key) or super().where_asset(key)

    def config_folder(self, context: dg.ComponentLoadContext) -> Path:
        """The folder of the replication files.

        Raises:
            InvalidYaml: There is no such folder.
        """
        here = context.path if context.path.is_dir() else context.path.parent
        folder = here / self.config_dir
        if not folder.is_dir():
            beside = [path.name for path in here.iterdir() if path.is_dir() and path.name != "__pycache__"]
            raise self.invalid(
                ["config_dir"], f"there is no folder {folder}.{suggestion(self.config_dir, beside)}"
            )
        return folder

    def remember_places(self, streams: Mapping[dg.AssetKey, Stream]) -> None:
        """Note where assets are declared.

        Args:
            streams: By the key of their asset.

        Raises:
            InvalidReplication: An asset is declared twice.
        """
        for key, stream in streams.items():
            if key in self._places:
                raise InvalidReplication(
                    f"{stream.place}: streams.{stream.name}: the asset {key.to_user_string()!r} is also declared at"
                    f" {self._places[key]}; expected one declaration."
                )
            self._places[key] = stream.place


def materialize_streams(
    context: dg.AssetExecutionContext,
    specs: Mapping[str, dg.AssetSpec],
    run: Callable[[Collection[str]], Iterator[Any]],
    metadata_of: Callable[[Any], Mapping[str, Any]],
) -> Iterator[dg.MaterializeResult]:
    """Run the selected streams; a materialization for each that arrived, and at the end one failure for those that did not.

    Args:
        context: Says which assets are selected.
        specs: The op's assets, by stream.
        run: Runs streams, and gives what came of each: `StreamFailed`, or something with a `stream`.
        metadata_of: Of a stream that arrived.

    Raises:
        TablesFailed, TablesInterrupted: Streams failed; each is named.
    """
    wanted = [name for name, spec in specs.items() if spec.key in context.selected_asset_keys]
    failures = {}
    for outcome in run(wanted):
        name = outcome.stream.name
        if isinstance(outcome, StreamFailed):
            context.log.error(f"{name}: {outcome.failure.description}")
            failures[name] = outcome.failure
        else:
            yield dg.MaterializeResult(asset_key=specs[name].key, metadata=metadata_of(outcome))
    raise_failures(failures, len(wanted))
