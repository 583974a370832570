"""The doctor's verdicts, words and exit codes; and that no secret is in any of them."""

import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from dagster_open_platform.lib.slack.resource import SlackResource
from dagster_open_platform.lib.systems import NOTHING_DECLARED, Declared, System, Variable, address_in
from dagster_open_platform.operations.doctor.command import BROKEN, WRONG, main
from dagster_open_platform.operations.doctor.examine import Mode, Report, State, examine
from dagster_open_platform.operations.doctor.tell import as_json, as_text
from dagster_open_platform.resources import default_resources
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_tests.fixtures.slack_in_process import SlackInProcess, slack_in_process

__all__ = ["slack_in_process"]  # a fixture

LOCAL, PROD = Environment(EnvironmentName.LOCAL), Environment(EnvironmentName.PROD)
TOKEN = "tok-1234567890"
PASSWORD = "p@ss/word"


def system_of(failure: Exception | None = None, name: str = "acme", **more: Any) -> System:
    def probe(_resources: Mapping[str, Any], _declared: Declared) -> str:
        if failure is not None:
            raise failure
        return "three rockets"

    more = {"needed": (Variable("ACME_TOKEN", "a token"), Variable("ACME_URL", "where")), **more}
    return System(
        name, name.title(), "rockets", "acme", "acme", probe, points_to=address_in("ACME_URL"), **more
    )


def looked_at(system: System, seconds: float = 20.0) -> Report:
    [report] = examine([system], {}, {system.name: NOTHING_DECLARED}, seconds)
    return report


def told(report: Report, environment: Environment = LOCAL, has_snowflake: bool = False) -> str:
    text = "\n".join(as_text([report], environment, has_snowflake))
    return text + json.dumps(as_json([report], environment, has_snowflake))


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("ACME_TOKEN", TOKEN)
    monkeypatch.setenv("ACME_URL", "https://me:p%40ss%2Fword@acme.example.com")
    return monkeypatch


def test_nothing_that_is_set_is_no_failure() -> None:
    report = looked_at(system_of())
    assert (report.mode, report.state, report.is_bad) == (Mode.OFF, State.UNSET, False)
    assert "Set ACME_TOKEN: a token." in told(report)


def test_half_of_what_is_needed_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_TOKEN", TOKEN)
    report = looked_at(system_of())
    assert (report.state, report.is_bad) == (State.INCOMPLETE, True)
    assert [each.name for each in report.missing] == ["ACME_URL"]


def test_an_empty_variable_is_not_set(connected: pytest.MonkeyPatch) -> None:
    connected.setenv("ACME_TOKEN", " ")
    assert [each.name for each in looked_at(system_of()).missing] == ["ACME_TOKEN"]


def test_one_in_its_place_suffices(connected: pytest.MonkeyPatch) -> None:
    connected.delenv("ACME_TOKEN")
    connected.setenv("ACME_PASSWORD", "secret")
    needed = (Variable("ACME_TOKEN", "a token", instead=("ACME_PASSWORD",)),)
    assert looked_at(system_of(needed=needed)).state is State.WORKS


@pytest.mark.usefixtures("connected")
def test_what_answers_works_and_is_live() -> None:
    report = looked_at(system_of(beside_duckdb="rockets land elsewhere"))
    assert (report.mode, report.state, report.saw) == (Mode.LIVE, State.WORKS, "three rockets")
    assert "live while the warehouse is simulated: rockets land elsewhere" in " ".join(told(report).split())
    assert "rockets land elsewhere" not in told(report, PROD, has_snowflake=True)


def test_what_is_on_this_machine_is_simulated(connected: pytest.MonkeyPatch) -> None:
    connected.setenv("ACME_URL", "http://127.0.0.1:9")
    report = looked_at(system_of())
    assert report.mode is Mode.SIMULATED
    assert "Yours instead: set ACME_TOKEN" in told(report)
    # In production that is a mistake.
    assert "This is prod, and it leads to this machine" in told(report, PROD, has_snowflake=True)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    "failure",
    [
        PermanentFailure(f"401: who is {TOKEN}?"),
        RetryableFailure(f"503 at https://me:p%40ss%2Fword@acme.example.com/ for {PASSWORD}"),
        ValueError(f"cannot parse {TOKEN!r} or {PASSWORD}"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_a_server_that_repeats_secrets_does_not_get_them_told(failure: Exception) -> None:
    report = looked_at(system_of(failure))
    assert (report.state, report.is_bad) == (State.FAILS, True)
    text = told(report)
    assert "[secret]" in text
    assert [secret for secret in (TOKEN, PASSWORD, "p%40ss%2Fword") if secret in text] == []


@pytest.mark.usefixtures("connected")
def test_whether_it_may_pass_is_told() -> None:
    assert "look again" in told(looked_at(system_of(RetryableFailure("busy"))))
    assert "Mend ACME_TOKEN, ACME_URL" in told(looked_at(system_of(PermanentFailure("no"))))


@pytest.mark.usefixtures("connected")
def test_one_that_hangs_does_not_hold_up_the_others() -> None:
    released = threading.Event()

    def hang(_resources: Mapping[str, Any], _declared: Declared) -> str:
        released.wait()
        return "late"

    def quick(_resources: Mapping[str, Any], _declared: Declared) -> str:
        return "quick"

    systems = [
        System(name, name, "", "", "", probe, needed=(Variable("ACME_TOKEN", "a token"),))
        for name, probe in (("quick", quick), ("hangs", hang))
    ]
    try:
        reports = examine(systems, {}, {each.name: NOTHING_DECLARED for each in systems}, seconds=0.5)
    finally:
        released.set()
    assert [report.state for report in reports] == [State.WORKS, State.FAILS]
    assert "No answer within 0.5 seconds" in reports[1].saw


def test_a_wrong_name_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fivetrn"]) == WRONG
    said = capsys.readouterr()
    assert said.out == ""
    assert "Did you mean fivetran?" in said.err


def test_a_wrong_environment_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT", "yes")
    assert main([]) == WRONG
    assert "DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT" in capsys.readouterr().err


def test_a_fresh_clone_is_healthy_and_told_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    text = capsys.readouterr().out
    assert "just dev" in text
    assert main(["--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["healthy"] is True
    assert {each["mode"] for each in found["systems"]} == {"not connected"}
    for system in found["systems"]:
        assert system["missing"] == system["needs"] != []
        assert system["name"] in text


@pytest.fixture
def resources(slack_in_process: SlackInProcess) -> Mapping[str, Any]:
    return {**default_resources(LOCAL), "slack": slack_in_process.resource()}


def test_a_vendor_that_answers(resources: Mapping[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slack", "--json"], resources) == 0
    [found] = json.loads(capsys.readouterr().out)["systems"]
    assert (found["state"], found["mode"]) == ("works", "live")
    assert "dagster_platform in Dagster Community" in found["saw"]


def test_a_vendor_that_does_not_know_the_token(
    resources: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-nobody")
    assert isinstance(resources["slack"], SlackResource)
    assert main(["slack"], resources) == BROKEN
    text = capsys.readouterr().out
    assert "SLACK_BOT_TOKEN" in text
    assert "xoxb-nobody" not in text


def test_production_with_everything_set_asks_nobody_for_what_lacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAGSTER_CLOUD_DEPLOYMENT_NAME", "prod")
    monkeypatch.setenv("SNOWFLAKE_ACCOUNT", "acme-one")
    assert main(["warehouse", "dbt", "--json"]) == BROKEN
    found = json.loads(capsys.readouterr().out)
    assert found["environment"] == "prod"
    assert [each["missing"] for each in found["systems"]] == [["SNOWFLAKE_USER", "SNOWFLAKE_PRIVATE_KEY"]] * 2
    assert {each["state"] for each in found["systems"]} == {"incomplete"}


def test_an_account_that_a_laptop_does_not_use_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SNOWFLAKE_ACCOUNT", "acme-one")
    assert main(["warehouse"]) == 0
    assert "SNOWFLAKE_ACCOUNT is set and not used" in capsys.readouterr().out
