"""What a running code location says of itself to a webserver, in a form that can be compared.

What belongs here: the questions and how two answers differ. What does not: whether a link leads where it should (`links.py`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dagster_open_platform_local.deploying.errors import DeploymentError
from dagster_open_platform_local.deploying.serving import Webserver

_ENTRIES = """
query Entries {
  workspaceOrError { ... on Workspace { locationEntries {
    name locationOrLoadError {
      ... on PythonError { message causes { message } }
      ... on RepositoryLocation { repositories { name } }
    }
  } } }
}
"""
_REPOSITORY = """
query Repository($location: String!, $name: String!) {
  repositoryOrError(repositorySelector: {repositoryLocationName: $location, repositoryName: $name}) {
    ... on Repository {
      assetNodes {
        assetKey { path }
        groupName description kinds isExecutable isMaterializable isObservable isPartitioned opNames pools jobNames
        owners { ... on TeamAssetOwner { team } ... on UserAssetOwner { email } }
        tags { key value }
        dependencyKeys { path }
        partitionDefinition { name type description }
        backfillPolicy { description }
        internalFreshnessPolicy {
          ... on TimeWindowFreshnessPolicy { failWindowSeconds warnWindowSeconds }
          ... on CronFreshnessPolicy { deadlineCron lowerBoundDeltaSeconds timezone }
        }
        automationCondition { label expandedLabel }
        metadataEntries {
          label
          ... on CodeReferencesMetadataEntry {
            codeReferences { ... on UrlCodeReference { url } ... on LocalFileCodeReference { filePath lineNumber } }
          }
        }
        assetChecksOrError { ... on AssetChecks { checks {
          name description blocking jobNames automationCondition { expandedLabel } partitionDefinition { description }
        } } }
      }
      jobs { name description metadataEntries { ...Reference } }
      schedules { name cronSchedule executionTimezone pipelineName defaultStatus metadataEntries { ...Reference } }
      sensors { name sensorType minIntervalSeconds defaultStatus metadata { assetKeys { path } } metadataEntries { ...Reference } }
    }
  }
}
fragment Reference on MetadataEntry {
  label
  ... on CodeReferencesMetadataEntry {
    codeReferences { ... on UrlCodeReference { url } ... on LocalFileCodeReference { filePath lineNumber } }
  }
}
"""
_KINDS = ("jobs", "schedules", "sensors")


@dataclass(frozen=True)
class Graph:
    """A code location as a webserver shows it.

    Args:
        definitions: By kind and name, such as `asset aws/aws_cost_report`, what it says of each.
        references: The same, with where each is declared: addresses, or files with their lines.
    """

    definitions: Mapping[str, str]
    references: Mapping[str, tuple[str, ...]]


def load_errors(webserver: Webserver) -> Mapping[str, str]:
    """The code locations that did not load, with why."""
    entries = webserver.ask(_ENTRIES)["workspaceOrError"]["locationEntries"]
    errors = {entry["name"]: entry["locationOrLoadError"] or {} for entry in entries}
    return {
        # The last cause is what happened; what is around it says only that it happened while loading.
        name: [error["message"], *(cause["message"] for cause in error["causes"])][-1]
        for name, error in errors.items()
        if "message" in error
    }


def graph_of(webserver: Webserver, location: str) -> Graph:
    """What a code location is.

    Raises:
        DeploymentError: It did not load.
    """
    if location in (failed := load_errors(webserver)):
        raise DeploymentError(f"{location} does not load: {failed[location]}")
    answer = webserver.ask(_REPOSITORY, location=location, name="__repository__")["repositoryOrError"]
    definitions: dict[str, str] = {}
    references: dict[str, tuple[str, ...]] = {}
    named = [(f"asset {'/'.join(node['assetKey']['path'])}", node) for node in answer["assetNodes"]]
    named += [(f"{kind.removesuffix('s')} {each['name']}", each) for kind in _KINDS for each in answer[kind]]
    for name, node in named:
        entries = node.pop("metadataEntries")
        references[name] = tuple(
            reference.get("url") or f"{reference['filePath']}:{reference['lineNumber']}"
            for entry in entries
            for reference in entry.get("codeReferences", ())
        )
        node["metadata_labels"] = sorted(entry["label"] for entry in entries)
        definitions[name] = json.dumps(_ordered(node), sort_keys=True)
    return Graph(definitions, references)


def _ordered(value: Any) -> Any:
    """The same with lists in order: a set has another one in each process."""
    if isinstance(value, Mapping):
        return {key: _ordered(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted(
            (_ordered(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True)
        )
    return value


def differences(one: Graph, other: Graph) -> list[str]:
    """How two graphs differ, a line for each definition; places are compared as they stand."""
    told = []
    for name in sorted({*one.definitions, *other.definitions}):
        here, there = one.definitions.get(name), other.definitions.get(name)
        if here is None or there is None:
            told.append(f"{name}: only in the {'second' if here is None else 'first'}")
        elif here != there:
            told.append(f"{name}: {here[:300]} is {there[:300]}")
        elif one.references[name] != other.references[name]:
            told.append(f"{name}: declared at {one.references[name]} and {other.references[name]}")
    return told
