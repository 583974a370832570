"""What Sling said in real runs (`transcripts/`, Sling 1.4.10), read as what came of each stream."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.sling.output import SlingOutput, StreamOutcome, secrets_of

TRANSCRIPTS = Path(__file__).parent / "transcripts"


def read(
    lines: Sequence[str], names: Sequence[str], ended: str = "with code 1", secrets: Sequence[str] = ()
) -> list[StreamOutcome]:
    output = SlingOutput(names, secrets)
    return [*output.outcomes(lines), *output.rest(ended)]


def transcript(name: str) -> list[str]:
    return (TRANSCRIPTS / f"{name}.txt").read_text().splitlines(keepends=True)


def names_in(lines: Sequence[str]) -> list[str]:
    return [
        json.loads(line)["msg"].partition("running stream ")[2] for line in lines if "running stream " in line
    ]


def failed(name: str, error: str) -> StreamOutcome:
    return StreamOutcome(name, None, error)


def test_streams_that_are_loaded() -> None:
    names = ["public.user", "public.users", "public.empty"]
    assert read(transcript("loaded"), names) == [
        StreamOutcome("public.user", 1),
        StreamOutcome("public.users", 97000),
        StreamOutcome("public.empty", 0),
    ]
    assert read(transcript("one"), ["public.user"]) == [StreamOutcome("public.user", 1)]


def test_each_failure_is_its_own_streams() -> None:
    names = ["public.user", "public.users", "public.user_s", "public.texts", "public.use", "public.last"]
    assert read(transcript("failed"), names) == [
        StreamOutcome("public.user", 1),
        failed("public.users", 'pq: relation "public.absent" does not exist'),
        StreamOutcome("public.user_s", 5),
        # The value in this message has a line that looks like an event.
        failed("public.texts", 'pq: invalid input syntax for type integer: "x'),
        StreamOutcome("public.use", 1),
        failed("public.last", "pq: division by zero"),
    ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("password", 'pq: password authentication failed for user "replicator"'),
        ("down", "dial tcp 127.0.0.1:1: connect: connection refused"),
    ],
)
def test_streams_that_are_told_only_at_the_end(name: str, reason: str) -> None:
    lines = transcript(name)
    names = names_in(lines)
    assert len(names) >= 2
    first, *others = read(lines, names)
    assert first == failed(names[0], reason)
    for wanted, outcome in zip(names[1:], others, strict=True):
        assert (outcome.name, outcome.rows) == (wanted, None)
        assert outcome.error.startswith("~ could not connect to database")
        assert outcome.error.endswith(reason)


def test_sections_of_streams_that_are_told_are_nobody_elses() -> None:
    events = [f'{{"msg": "[{n} / 3] running stream {name}"}}' for n, name in enumerate("abc", start=1)]
    lines = [
        events[0],
        '{"msg": "execution failed"}',
        "first reason",
        *events[1:],
        "fatal:",
        "~ failure running replication",
        f"{'-' * 27} b {'-' * 27}",
        "second reason",
        f"{'-' * 27} a {'-' * 27}",
        "first reason",
        f"{'-' * 27} c {'-' * 27}",
        "third reason",
    ]
    assert read(lines, ["a", "b", "c"]) == [
        failed("a", "first reason"),
        failed("b", "second reason"),
        failed("c", "third reason"),
    ]


def test_a_failure_of_one_stream_alone() -> None:
    (outcome,) = read(transcript("password_one"), ["public.user"])
    assert outcome.name == "public.user"
    assert outcome.error.endswith('pq: password authentication failed for user "replicator"')


def test_a_full_disk_stops_one_stream() -> None:
    lines = transcript("full")
    first, full, last = read(lines, names_in(lines))
    assert (first, last) == (StreamOutcome("public.user", 1), StreamOutcome("public.use", 1))
    assert full.rows is None
    assert full.error.count("1.arrow: file too large") == 1


def test_a_crash_is_blamed_on_the_stream_in_whose_middle_it_came() -> None:
    names = ["public.user", "public.users", "public.use"]
    first, crashed, last = read(transcript("panic"), names, "with code 2")
    assert first == StreamOutcome("public.user", 1)
    assert crashed.error.startswith(
        "Sling ended with code 2 before it was done. panic: arrow/decimal128: cannot"
    )
    assert last == StreamOutcome(
        "public.use",
        None,
        "Sling ended with code 2 in the middle of public.users, before it came to this stream.",
        tried=False,
    )
    assert (first.tried, crashed.tried) == (True, True)


def test_what_is_wrong_before_the_first_stream_is_said_of_all() -> None:
    names = ["public.user", "public.users"]
    outcomes = read(transcript("no_connection"), names)
    assert [outcome.name for outcome in outcomes] == names
    for outcome in outcomes:
        assert outcome.error.startswith("Sling ended with code 1 before it was done.")
        assert outcome.error.endswith("could not find connection PRODUCT")


@given(st.data())
def test_output_that_breaks_off_anywhere(data: st.DataObject) -> None:
    """Each stream has one outcome, in order of the run, and those before the break have their true one."""
    lines = transcript(data.draw(st.sampled_from(["loaded", "failed", "password", "full", "panic"])))
    names = names_in(lines)
    if len(names) < 3:
        names.append("public.use")
    whole = {outcome.name: outcome for outcome in read(lines, names)}
    text = "".join(lines)
    cut = data.draw(st.integers(0, len(text)))
    outcomes = read(text[:cut].splitlines(keepends=True), names, "by signal 9")
    assert sorted(outcome.name for outcome in outcomes) == sorted(names)
    for outcome in outcomes:
        assert (outcome.rows is None) == bool(outcome.error)
        if outcome.rows is not None:
            assert outcome == whole[outcome.name]
    # Whoever succeeded and was not heard of failed by the signal, which may pass.
    unheard = [
        outcome for outcome in outcomes if outcome.rows is None and whole[outcome.name].rows is not None
    ]
    assert all(outcome.error.startswith("Sling ended by signal 9") for outcome in unheard)


@given(st.lists(st.text(max_size=40), max_size=20), st.lists(st.sampled_from("abc"), unique=True, min_size=1))
def test_any_output_gives_each_stream_one_failure(lines: list[str], names: list[str]) -> None:
    outcomes = read(lines, names)
    assert [outcome.name for outcome in outcomes] == names
    assert all(outcome.rows is None and outcome.error for outcome in outcomes)


EVENTS = [
    "[1 / 3] running stream a",
    "[2 / 3] running stream b",
    "[3 / 3] running stream ab",
    "[9 / 3] running stream stranger",
    "wrote 3 rows [1 r/s] to file:///x",
    "execution failed",
    "execution succeeded",
]


@given(st.lists(st.sampled_from(EVENTS) | st.sampled_from(["text", "[]", "{}", '{"msg": 1}', "{", "\x00"])))
def test_any_order_of_events_gives_each_stream_one_outcome(said: list[str]) -> None:
    lines = [json.dumps({"msg": item}) if item in EVENTS else item for item in said]
    outcomes = read(lines, ["a", "b", "ab"])
    assert sorted(outcome.name for outcome in outcomes) == ["a", "ab", "b"]
    succeeded = said.count("execution succeeded")
    assert sum(outcome.rows is not None for outcome in outcomes) <= succeeded


def test_passwords_are_not_repeated() -> None:
    environment = {
        "A": "postgresql://user:p%40ss@host/db?sslmode=disable",
        "B": json.dumps(
            {"type": "snowflake", "password": "t0ps", "private_key": "-----k3y", "user": "someone"}
        ),
        "PATH": "/bin:/usr/bin",
        "C": "postgresql://host/db",
    }
    secrets = secrets_of(environment)
    assert secrets == {"p%40ss", "p@ss", "t0ps", "-----k3y"}
    said = "dial postgresql://user:p%40ss@host/db and p@ss and password=t0ps and -----k3y, postgres://u:other@host/x"
    (outcome,) = read(['{"msg": "execution failed"}', said], ["a"], secrets=sorted(secrets))
    assert outcome.error == (
        "dial postgresql://user:***@host/db and *** and password=*** and ***, postgres://u:***@host/x"
    )


def test_errors_are_for_a_person() -> None:
    lines = [
        '{"msg": "execution failed"}',
        "\x1b[31mfatal:\x1b[0m",
        "pq: division by zero",
        "",
        "pq: division by zero",
        "Perhaps setting a higher 'SAMPLE_SIZE' could help?",
        "You can also specify",
        "Furthermore, you can try",
        "x" * 10_000,
    ]
    (outcome,) = read(lines, ["a"])
    assert outcome.error.startswith("pq: division by zero xxx")
    assert len(outcome.error) == 600
