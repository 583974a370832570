"""The fault plan: what is set over HTTP is what a client meets, at exactly the calls that were named."""

import asyncio

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from dagster_open_platform_local.services.faults import Fault, FaultInjector, InvalidFaultError
from dagster_open_platform_local.services.in_process import InProcessTransport
from dagster_open_platform_local.services.server import parse_arguments

ECHO = "/echo"


async def echo(request: Request) -> JSONResponse:
    return JSONResponse({"body": (await request.body()).decode(), "query": str(request.url.query)})


def client_of(*faults: Fault, waited: list[float] | None = None) -> httpx.Client:
    async def note(seconds: float) -> None:
        (waited if waited is not None else []).append(seconds)

    app = Starlette(routes=[Route(ECHO, echo, methods=["GET", "POST"])])
    return httpx.Client(
        transport=InProcessTransport(FaultInjector(app, faults, sleep=note)), base_url="http://service"
    )


def test_without_faults_the_service_gets_the_request_unchanged() -> None:
    answer = client_of().post(ECHO, content="hello", params={"a": "1"})

    assert answer.json() == {"body": "hello", "query": "a=1"}


def test_health_answers_even_when_everything_is_faulted() -> None:
    client = client_of(Fault(path=".*", status=500))

    assert client.get("/_health").json() == {"status": "ok"}
    assert client.get(ECHO).status_code == 500


@settings(deadline=None)
@given(
    calls=st.sets(st.integers(min_value=1, max_value=12), min_size=1),
    total=st.integers(min_value=1, max_value=12),
)
def test_a_rule_fires_at_exactly_the_named_calls(calls: set[int], total: int) -> None:
    client = client_of(Fault(path="^/echo$", calls=tuple(sorted(calls)), status=503))

    failed = {number for number in range(1, total + 1) if client.get(ECHO).status_code == 503}

    assert failed == {call for call in calls if call <= total}
    assert client.get("/_faults").json()[0]["fired"] == len(failed)
    assert client.get("/_faults").json()[0]["matched"] == total


def test_calls_are_counted_among_those_whose_body_matches() -> None:
    client = client_of(
        Fault(path=ECHO, body="second query", calls=(2,), status=429, headers={"Retry-After": "7"})
    )
    bodies = ["first query", "second query", "first query", "second query", "second query"]

    answers = [client.post(ECHO, content=body) for body in bodies]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 200]
    assert answers[3].headers["retry-after"] == "7"


def test_the_first_rule_that_fires_is_carried_out_and_the_others_count_on() -> None:
    client = client_of(Fault(path=ECHO, calls=(1,), status=500), Fault(path=ECHO, calls=(2,), status=502))

    assert [client.get(ECHO).status_code for _ in range(3)] == [500, 502, 200]


def test_a_payload_replaces_the_answer() -> None:
    client = client_of(Fault(path=ECHO, payload='{"errors": []}'))

    answer = client.get(ECHO)

    assert (answer.status_code, answer.json()) == (200, {"errors": []})


def test_a_delay_alone_only_slows_down() -> None:
    waited: list[float] = []
    client = client_of(Fault(path=ECHO, delay_seconds=2.5), waited=waited)

    assert client.get(ECHO).status_code == 200
    assert waited == [2.5]


def test_a_malformed_answer_is_half_of_the_real_one() -> None:
    whole = client_of().post(ECHO, content="x").content
    answer = client_of(Fault(path=ECHO, malformed=True)).post(ECHO, content="x")

    assert answer.content == whole[: len(whole) // 2]
    assert answer.headers["content-length"] == str(len(answer.content))


def test_a_dropped_connection_leaves_the_answer_incomplete() -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client_of(Fault(path=ECHO, drop=True)).get(ECHO)


def test_the_plan_is_set_read_and_removed_over_http() -> None:
    client = client_of()

    assert client.put("/_faults", json=[{"path": ECHO, "status": 404}]).status_code == 200
    assert client.get(ECHO).status_code == 404
    assert (
        client.put("/_faults", json=[{"path": ECHO, "calls": [1], "status": 404}]).json()[0]["matched"] == 0
    )
    assert client.delete("/_faults").json() == []
    assert client.get(ECHO).status_code == 200
    assert client.post("/_faults").status_code == 405


@pytest.mark.parametrize(
    ("plan", "names"),
    [
        ([{"path": "(", "status": 500}], "path"),
        ([{"path": "x", "stauts": 500}], "stauts"),
        ([{"status": 500}], "path"),
        ([{"path": "x", "calls": [0]}], "calls"),
        ([{"path": "x", "calls": ["1"]}], "calls"),
        ([{"path": "x", "calls": 1}], "int"),
        ([{"path": "x", "status": 99}], "status"),
        ([{"path": "x", "delay_seconds": -1}], "delay_seconds"),
        (["x"], "object"),
        ({"path": "x"}, "list"),
    ],
)
def test_a_wrong_plan_is_refused_with_the_field_named(plan: object, names: str) -> None:
    client = client_of(Fault(path=ECHO, status=500))

    answer = client.put("/_faults", json=plan)

    assert answer.status_code == 400
    assert names in answer.json()["message"]
    assert client.get(ECHO).status_code == 500  # the old plan stands


def test_a_wrong_rule_in_code_is_refused_too() -> None:
    with pytest.raises(InvalidFaultError, match="regular expression"):
        Fault(path="[")


@pytest.mark.parametrize(
    ("fault", "pieces"), [(None, 3), (Fault(path="x", body="."), 3), (Fault(path=ECHO, body="."), 1)]
)
def test_a_body_is_read_ahead_only_for_a_rule_that_looks_into_it(fault: Fault | None, pieces: int) -> None:
    arriving = [{"type": "http.request", "body": b"a", "more_body": True}] * 2
    arriving.append({"type": "http.request", "body": b"c", "more_body": False})
    taken: list[bytes] = []

    async def receive() -> Message:
        return arriving.pop(0)

    async def send(message: Message) -> None:
        pass

    async def service(scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message = await receive()
            taken.append(message["body"])
            more = message["more_body"]

    scope = {"type": "http", "method": "POST", "path": ECHO, "headers": [], "query_string": b""}
    injector = FaultInjector(service, [fault] if fault else [])
    asyncio.run(injector(scope, receive, send))

    assert b"".join(taken) == b"aac"
    assert len(taken) == pieces


def test_a_faulted_upload_is_heard_to_its_end_first() -> None:
    arriving = [{"type": "http.request", "body": b"a", "more_body": True} for _ in range(3)]
    arriving.append({"type": "http.request", "body": b"", "more_body": False})
    left_when_answered: list[int] = []

    async def receive() -> Message:
        return arriving.pop(0)

    async def send(message: Message) -> None:
        left_when_answered.append(len(arriving))

    scope = {"type": "http", "method": "PUT", "path": ECHO, "headers": [], "query_string": b""}
    asyncio.run(FaultInjector(Starlette(), [Fault(path=ECHO, status=503)])(scope, receive, send))

    assert left_when_answered == [0, 0]


def test_every_service_has_the_same_command_line() -> None:
    arguments = parse_arguments("saas", ["--port", "8123", "--company", "company"])

    assert (arguments.port, str(arguments.company)) == (8123, "company")
    with pytest.raises(SystemExit):
        parse_arguments("saas", ["--port", "8123"])
