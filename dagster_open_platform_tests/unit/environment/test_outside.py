"""A pull request leaves alone what is not its own: each door to the outside, and whoever goes through one, is in a table here."""

import ast
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pytest

import dagster_open_platform
from dagster_open_platform.lib.aws.buckets import metrics_report_prefix, own_prefix, workspace_staging_prefix
from dagster_open_platform.lib.aws.resource import S3StoreResource
from dagster_open_platform.lib.aws.store import S3Store
from dagster_open_platform.lib.http import Secrets
from dagster_open_platform.lib.http_resource import HttpApiResource
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.resources import default_resources
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform.utils.outside import MAY_CHANGE_OUTSIDE, OutsideLeftAlone
from dagster_open_platform_tests.fixtures.definitions import ENVIRONMENTS, definitions_in

BRANCH = Environment(EnvironmentName.BRANCH, pull_request_id="42")
IN_CLONES, READS, GUARDED = "writes clones only", "only reads", "refuses what changes something"
DOORS = {
    "warehouse": IN_CLONES,
    "dbt": IN_CLONES,
    # Whose databases have no clones: the region's own code location writes them.
    "warehouse_eu": READS,
    "bigquery": READS,
    "anthropic": GUARDED,
    "fivetran": GUARDED,
    "github": GUARDED,
    "hightouch": GUARDED,
    "postgres": GUARDED,
    "s3": GUARDED,
    "segment": GUARDED,
    "slack": GUARDED,
    # A program that is given the connections of `postgres`.
    "sling": GUARDED,
}
"""What stands behind each resource key in a pull request."""
GO_THROUGH = {
    "fivetran": {
        "changes": r"fivetran_(?!connectors_are_fresh).*",
        "reads": r"fivetran_connectors_are_fresh|test_fivetran_connections",
    },
    "hightouch": {"changes": r"hightouch__.*"},
    "postgres": {
        "changes": r"publish_.*",
        "reads": r"cloud_product_.*|purina__reconciliation__cloud_product_counts",
    },
    "s3": {
        "changes": r"explode_workspaces|reports__metrics",
        "reads": r"aws_cost_report|aws_workspace_checks|dms_change_tables|snowflake__events__streaming_events",
    },
    "slack": {
        "changes": r"slack__platform_health_report|run_failure_notifier",
        "reads": r"slack_(channels|users|member_analytics)",
    },
    "sling": {"changes": r"publish_.*", "reads": r"cloud_product_.*"},
    "anthropic": {"reads": r"claude__.*"},
    "github": {"reads": r"github_activity"},
    "segment": {"reads": r"check_segment_.*"},
}
"""Guarded door to the ops and sensors that change something behind it (in a folder of the pull request's own, as for S3), and to those
that read."""
OPENS = re.compile(
    r"httpx\.(Client|get|post)\(|psycopg\.connect\(|\bSession\(|\bPopen\(|subprocess\.run\(|connector\.connect\(|bigquery\.Client\(|urlopen\("
    r"|requests\.(get|post|Session)\(|socket\.(socket|create_connection)\(|boto3\.(client|resource)\("
)
OPENERS = {
    "lib/http/client.py": "http",
    "lib/postgres/resource.py": "postgres",
    "lib/aws/client.py": "s3",
    "lib/sling/runner.py": "sling",
    # dbt, which parses.
    "lib/dbt/manifest.py": "dbt",
}
"""Modules that open a connection or start a program, and the door that each is."""
READING_REQUESTS = {"lib/github/graphql.py": 1, "lib/fivetran/client.py": 1}
"""Modules to how often they say of a POST that it changes nothing: GitHub's queries, and Fivetran's test of a connection."""


def guarded(environment: Environment) -> Mapping[str, HttpApiResource]:
    """The resources over HTTP."""
    resources = default_resources(environment)
    return {key: each for key, each in resources.items() if isinstance(each, HttpApiResource)}


def sources() -> Iterator[tuple[str, str]]:
    """The modules of production code, without the conformance clauses, which run beside an instance's own world."""
    root = Path(dagster_open_platform.__file__).parent
    for path in root.rglob("*.py"):
        name = path.relative_to(root).as_posix()
        if not name.startswith("conformance/"):
            yield name, path.read_text()


def test_every_door_is_known() -> None:
    assert DOORS.keys() == default_resources(BRANCH).keys()
    assert GO_THROUGH.keys() == {key for key, what in DOORS.items() if what == GUARDED}
    assert guarded(BRANCH).keys() == set(GO_THROUGH) - {"postgres", "s3", "sling"}


def test_nobody_opens_another_one() -> None:
    found = {name for name, text in sources() if OPENS.search(text)}
    assert found == OPENERS.keys()


def test_whoever_goes_through_a_door_is_known() -> None:
    definitions = definitions_in(BRANCH)
    found: dict[str, set[str]] = {key: set() for key in GO_THROUGH}

    def note(name: str, keys: Any) -> None:
        for key in found.keys() & set(keys):
            found[key].add(name)

    for asset in (*(definitions.assets or ()), *(definitions.asset_checks or ())):
        if isinstance(asset, dg.AssetsDefinition) and asset.is_executable:
            note(asset.node_def.name, asset.required_resource_keys)
    for unattended in (*(definitions.sensors or ()), *(definitions.schedules or ())):
        note(unattended.name, getattr(unattended, "required_resource_keys", ()))
    for job in definitions.jobs or ():
        if isinstance(job, dg.JobDefinition):
            for node in job.nodes:
                assert isinstance(node.definition, dg.OpDefinition)
                note(node.definition.name, node.definition.required_resource_keys)
    for key, names in found.items():
        for name in names:
            assert [what for what, pattern in GO_THROUGH[key].items() if re.fullmatch(pattern, name)] != [], (
                key,
                name,
            )
        for pattern in GO_THROUGH[key].values():
            assert any(re.fullmatch(pattern, name) for name in names), (key, pattern)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: each.name.value)
def test_the_doors_know_the_environment(environment: Environment) -> None:
    resources = default_resources(environment)
    may = MAY_CHANGE_OUTSIDE[environment.name]
    assert may == (environment.name is not EnvironmentName.BRANCH)
    for key, resource in guarded(environment).items():
        assert resource.changes_outside is may, key
    assert resources["postgres"].changes_outside is may
    assert resources["s3"].writes_below == ("" if may else "branch/42/")
    for folder in (workspace_staging_prefix(environment), metrics_report_prefix(environment)):
        assert folder.startswith(own_prefix(environment))


@pytest.mark.parametrize("key", sorted(guarded(BRANCH)))
@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: each.name.value)
def test_nothing_is_sent_that_changes_something(key: str, environment: Environment) -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        return httpx.Response(200, json={})

    original = default_resources(environment)[key]

    class Watched(type(original)):
        def transport(self) -> httpx.BaseTransport:
            return httpx.MockTransport(answer)

    resource = Watched(**original.model_dump())
    may, refused = MAY_CHANGE_OUTSIDE[environment.name], 0
    with resource.http_client(Secrets({}), "nothing") as client:
        for method in ("GET", "HEAD", "post", "PUT", "PATCH", "DELETE", "INVENTED"):
            with ExitStack() as stack:
                if not may and method not in ("GET", "HEAD"):
                    stack.enter_context(
                        pytest.raises(OutsideLeftAlone, match=f"{method.upper()} /x was not sent")
                    )
                    refused += 1
                client.request(method, "/x")
        client.request("POST", "/query", changes=False)
    assert len(sent) == 8 - refused
    assert {"POST", "PUT"} <= {*sent} if may else {*sent} == {"GET", "HEAD", "POST"}


def test_only_these_requests_are_said_to_change_nothing() -> None:
    found: dict[str, int] = {}
    for name, text in sources():
        for node in ast.walk(ast.parse(text)) if "changes=" in text else ():
            if (
                isinstance(node, ast.keyword)
                and node.arg == "changes"
                and isinstance(node.value, ast.Constant)
            ):
                found[name] = found.get(name, 0) + 1
    assert found == READING_REQUESTS


def test_a_session_of_postgres_is_its_own_read_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMEWHERE", "postgresql://a:b@h/d")
    for environment in ENVIRONMENTS:
        postgres = default_resources(environment)["postgres"]
        assert isinstance(postgres, PostgresResource)
        may = MAY_CHANGE_OUTSIDE[environment.name]
        assert ("default_transaction_read_only%3Don" in postgres.session_url("SOMEWHERE")) is not may


def test_objects_are_written_in_the_pull_request_s_folder_only() -> None:
    class Client:
        """Notes what is asked of it."""

        def __init__(self) -> None:
            self.asked: list[str] = []

        def put_object(self, **asked: Any) -> dict[str, Any]:
            self.asked.append(asked["Key"])
            return {"ETag": '"e"'}

        def delete_objects(self, **asked: Any) -> dict[str, Any]:
            self.asked += [each["Key"] for each in asked["Delete"]["Objects"]]
            return {}

    client, resource = Client(), default_resources(BRANCH)["s3"]
    assert isinstance(resource, S3StoreResource)
    store = S3Store(client, writes_below=resource.writes_below)
    for key in ("staging/a", "branch/4/a", "branch/421/a", "a/branch/42/b", ""):
        with pytest.raises(OutsideLeftAlone, match="not below branch/42/"):
            store.put_object("bucket", key, b"")
        with pytest.raises(OutsideLeftAlone):
            store.delete_objects("bucket", ["branch/42/a", key])
    store.put_object("bucket", "branch/42/a", b"")
    store.delete_objects("bucket", ["branch/42/b"])
    assert client.asked == ["branch/42/a", "branch/42/b"]
