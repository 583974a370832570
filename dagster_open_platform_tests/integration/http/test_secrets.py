"""Whatever goes wrong with a vendor: no secret shows anywhere that somebody could read it."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import dagster as dg
import pytest

from dagster_open_platform.conformance.leaks import Remains, forms
from dagster_open_platform.lib.fivetran.monitoring import SETUP_TESTS_JOB
from dagster_open_platform_tests.fixtures.fivetran import CRM, KEY, FivetranServer, fivetran
from dagster_open_platform_tests.fixtures.fivetran_platform import for_server
from dagster_open_platform_tests.fixtures.github import TOKEN
from dagster_open_platform_tests.fixtures.github_service import GitHubService, github_service
from dagster_open_platform_tests.fixtures.slack import slack, slack_module
from dagster_open_platform_tests.integration.github.run_ingest import run_ingest
from dagster_open_platform_tests.integration.http.anthropic_vendor import anthropic_server, anthropic_vendor
from dagster_open_platform_tests.integration.http.hightouch_vendor import hightouch_vendor
from dagster_open_platform_tests.integration.http.segment_vendor import segment_vendor
from dagster_open_platform_tests.integration.http.slack_vendor import slack_vendor
from dagster_open_platform_tests.integration.http.vendors import Vendor, Way, basic, faults

__all__ = [  # fixtures
    "anthropic_server",
    "anthropic_vendor",
    "fivetran",
    "github_service",
    "hightouch_vendor",
    "segment_vendor",
    "slack",
    "slack_module",
    "slack_vendor",
]
VENDORS = (
    "github",
    "fivetran_vendor",
    "segment_vendor",
    "anthropic_vendor",
    "hightouch_vendor",
    "slack_vendor",
)

DAY = "2026-09-16"


@pytest.fixture
def github(
    github_service: GitHubService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Vendor]:
    monkeypatch.setenv("GITHUB_API_URL", github_service.api_url)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    yield Vendor(
        secrets=(TOKEN,),
        paths={"graphql": "ingest"},
        fail=github_service.fail,
        calls=github_service.calls,
        ways={"ingest": lambda instance: run_ingest(warehouse, DAY, DAY, instance)},
    )
    github_service.fail()


@pytest.fixture
def fivetran_vendor(fivetran: FivetranServer, monkeypatch: pytest.MonkeyPatch) -> Vendor:
    for name, value in fivetran.variables.items():
        monkeypatch.setenv(name, value)
    # Asked once, since a second attempt says nothing else and takes its time.
    platform = for_server(fivetran, max_attempts=1)
    with platform.definitions() as defs:
        setup_tests = defs.resolve_job_def(SETUP_TESTS_JOB)

    def refresh(_instance: dg.DagsterInstance) -> None:
        platform.refreshed()

    return Vendor(
        secrets=(KEY.key, KEY.secret, basic(KEY.key, KEY.secret)),
        paths={
            **dict.fromkeys((f"{CRM}$", f"{CRM}/sync$", f"{CRM}/schemas$"), "sync"),
            **dict.fromkeys(("columns$", "groups$", "groups/[^/]+/connections$", "destinations/"), "refresh"),
            f"{CRM}/test$": "setup tests",
        },
        fail=fivetran.misbehave,
        calls=lambda: fivetran.faults()[0]["matched"],
        ways={
            "sync": lambda instance: platform.run("crm", instance),
            "refresh": refresh,
            "setup tests": lambda instance: setup_tests.execute_in_process(
                instance=instance, raise_on_error=False
            ),
        },
    )


@pytest.fixture
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("vendor", VENDORS, indirect=True)
def test_no_secret_shows_whatever_goes_wrong(
    vendor: Vendor, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(0)
    # At DEBUG it repeats the answers' headers, which a faulty server has filled here.
    caplog.set_level("INFO", "httpcore")
    remains = Remains(files=[tmp_path])
    # In memory: on disk each of the hundred runs gets a database of its own, which takes longer than the run. What ops print
    # then stands in the streams.
    with dg.DagsterInstance.ephemeral() as instance:
        unmet = []
        for way in vendor.ways:
            # Each fault on one of the way's paths, in turn: what is told of it does not depend on what was asked.
            paths = itertools.cycle(path for path, found in vendor.paths.items() if found == way)
            for (name, fault), path in zip(faults(vendor.secrets), paths, strict=False):
                vendor.fail({"path": path, **fault})
                run_and_note(remains, vendor.ways[way], instance)
                unmet += [] if vendor.calls() else [f"{name} at {path}"]
        assert unmet == []
        vendor.fail()
        for name, way in vendor.ways.items():
            result = way(instance)
            assert result is None or result.success, name
        remains.add_instance(instance)
    streams = capfd.readouterr()
    remains.add("standard output", streams.out)
    remains.add("standard error", streams.err)
    remains.add("logs", caplog.text, *(vars(record) for record in caplog.records))
    assert remains.texts["event log"]
    assert remains.texts["exceptions"]
    assert remains.showing(vendor.secrets) == []


def run_and_note(remains: Remains, way: Way, instance: dg.DagsterInstance) -> None:
    try:
        result = way(instance)
    except dg.Failure as error:
        remains.add_error(error)
        return
    for event in result.all_events if result else ():
        if event.is_step_failure and event.step_failure_data.error:
            remains.add("exceptions", event.step_failure_data.error.to_string())


def test_what_shows_a_secret_in_any_form_is_found(tmp_path: Path) -> None:
    secret = "s3cr+t/with=odd%chars&more"

    @dg.op(config_schema={"key": str})
    def leaks(context: dg.OpExecutionContext) -> None:
        context.log.info(f"the key is {context.op_config['key']}")
        context.add_output_metadata({"url": f"https://example.test/?key={quote(secret, safe='')}"})
        raise dg.Failure(secret, metadata={"key": secret})

    @dg.job
    def job() -> None:
        leaks()

    remains = Remains(files=[tmp_path])
    home = tmp_path / "home"
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        config = {"ops": {"leaks": {"config": {"key": secret}}}}
        job.execute_in_process(instance=instance, run_config=config, raise_on_error=False)
        remains.add_instance(instance)
    remains.add_error(RuntimeError(f"Authorization: Basic {basic('user', secret)}"))
    found = remains.showing([secret])
    for place in ("event log", "run config", "exceptions"):
        assert any(line.startswith(f"{place} shows") for line in found), place
    assert len(forms(secret)) > 5
