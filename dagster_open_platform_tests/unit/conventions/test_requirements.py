"""Each YAML instance lists under `requirements.env` the variables without which it fails, and no others.

Which these are is found by asking: what an instance uses is opened with nothing set, in production and on a laptop, and what its
error names is needed. Variables that have a default are not listed; `dg list env` would call them missing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import dagster as dg
import duckdb
import pytest
import yaml

from dagster_open_platform.lib.warehouse.duckdb import object_storage
from dagster_open_platform.resources import default_resources
from dagster_open_platform.utils.databases import LOGICAL_DATABASES
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform.utils.failures import PermanentFailure
from dagster_open_platform_tests.fixtures.definitions import LOCAL, definitions_in
from dagster_open_platform_tests.fixtures.instances import Instance, instances_of

ENVIRONMENTS = (Environment(EnvironmentName.LOCAL), Environment(EnvironmentName.PROD))
VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
TEMPLATE = re.compile(r"""\benv\(\s*['"](\w+)['"]\s*\)|\bEnvVar\(\s*['"](\w+)['"]\s*\)""")
"""A variable that YAML names, without a default."""
ALTERNATIVE = re.compile(r" \(or [^)]*\)")
NO_CREDENTIALS = "R0lDREVE"
"""Something that is set, and is no credentials of Google's: without any, its client looks for them in the network."""


def named_by_failure(open_it: Callable[[], object]) -> frozenset[str]:
    """The variables that an error names."""
    with pytest.raises(PermanentFailure) as caught:
        open_it()
    names = frozenset(VARIABLE.findall(ALTERNATIVE.sub("", str(caught.value.description))))
    assert names, caught.value
    return names


def connected(resource: Any) -> None:
    with resource.connect():
        raise AssertionError("opened with nothing set")


def opened(resource: Any) -> None:
    with resource.open():
        raise AssertionError("opened with nothing set")


def bigquery_client(resource: Any) -> None:
    with resource.model_copy(update={"gcp_credentials": NO_CREDENTIALS}).get_client():
        raise AssertionError("opened with nothing set")


OPENERS: Mapping[str, Callable[[Any], object]] = {
    "warehouse": connected,
    "warehouse_eu": connected,
    "bigquery": bigquery_client,
    "segment": opened,
    "hightouch": connected,
}
"""How what stands behind a resource key is opened."""

WITHOUT_VARIABLES_OF_ITS_OWN = {
    "sling",
    # An instance names the account's variables.
    "fivetran",
    # Its variables are the connections that an instance names.
    "postgres",
    # boto3 finds credentials by itself; locally they are those of object storage, below.
    "s3",
}


@cache
def needed_by_resource(key: str) -> frozenset[str]:
    """What a resource needs in production or on a laptop."""
    if key in WITHOUT_VARIABLES_OF_ITS_OWN:
        return frozenset()
    resources = [default_resources(environment)[key] for environment in ENVIRONMENTS]
    return frozenset().union(*(named_by_failure(lambda r=r: OPENERS[key](r)) for r in resources))


@cache
def needed_by_object_storage() -> frozenset[str]:
    """What DuckDB needs in order to read what Snowflake reads with a storage integration."""
    with duckdb.connect() as connection:
        return named_by_failure(lambda: object_storage.set_up(connection))


def connections_of(instance: Instance) -> frozenset[str]:
    """The connections of replication files: sources and targets that are not the warehouse."""
    named = set()
    for path in instance.path.parent.rglob("configs/**/*.yaml"):
        file = yaml.safe_load(path.read_text())
        named |= {file[end] for end in ("source", "target") if end in file}
    return frozenset(named - {name.upper() for name in LOGICAL_DATABASES})


def reads_object_storage(instance: Instance, instances: list[Instance], defs: dg.Definitions) -> bool:
    """Whether it reads a bucket, by itself or through a view that does."""
    graph = defs.resolve_asset_graph()
    by_asset = {key: each for each in instances for key in each.assets}

    def reads(each: Instance) -> bool:
        kind = each.document["attributes"].get("type")
        if "s3" in each.resources or kind in ("stage", "external table"):
            return True
        # Dynamic tables are tables, on a laptop too: who reads one reads no bucket.
        parents = [by_asset[p] for key in each.assets for p in graph.get(key).parent_keys if p in by_asset]
        return kind in ("view", "dynamic table") and any(
            parent.document["attributes"].get("type") in ("external table", "view") and reads(parent)
            for parent in parents
        )

    return reads(instance)


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    return definitions_in(LOCAL)


@pytest.fixture(scope="module")
def instances(defs: dg.Definitions) -> list[Instance]:
    found = instances_of(defs)
    assert len(found) > 30
    return found


def named_in_templates(value: Any) -> Iterator[str]:
    """The variables that a document names."""
    if isinstance(value, str):
        yield from (first or second for first, second in TEMPLATE.findall(value))
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from named_in_templates(inner)


def test_variables_in_templates_are_found() -> None:
    found = named_in_templates(
        {"a": ["{{ env('ONE') }} {{dg.EnvVar(\"TWO\")}}"], "b": "{{ env('C', 'default') }}"}
    )
    assert list(found) == ["ONE", "TWO"]


def needed(instance: Instance, instances: list[Instance], defs: dg.Definitions) -> frozenset[str]:
    found = frozenset().union(*(needed_by_resource(key) for key in instance.resources))
    found |= set(named_in_templates(instance.document["attributes"]))
    # A Hightouch sync names the variable of its id, which is read when it runs.
    found |= (
        {instance.document["attributes"]["sync_id_env_var"]} if "hightouch" in instance.resources else set()
    )
    if "postgres" in instance.resources:
        found |= connections_of(instance)
    if reads_object_storage(instance, instances, defs):
        found |= needed_by_object_storage()
    return found


def test_each_instance_lists_what_it_needs(instances: list[Instance], defs: dg.Definitions) -> None:
    expected = {str(each): sorted(needed(each, instances, defs)) for each in instances}
    assert {str(each): sorted(each.declared) for each in instances} == expected
