"""Lines that are no events are refused by file and line, and nothing is changed."""

import json
from typing import Any

import pytest

from dagster_open_platform.lib.aws.buckets import EVENTS
from dagster_open_platform.lib.events.errors import InvalidEvent
from dagster_open_platform.lib.events.parsing import parse_batch
from dagster_open_platform_tests.unit.events.conftest import Site, event

GOOD = json.dumps(event("x")).encode()


def with_field(name: str, value: Any) -> bytes:
    return json.dumps(event("bad", **{name: value})).encode()


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in event("bad").items() if key != name}).encode()


BAD_LINES: dict[bytes, str] = {
    GOOD[:-5]: "Expecting|Unterminated",
    b"not json": "Expecting value",
    b"{}{}": "Extra data",
    b"\xff\xfe": "byte 0 is no UTF-8",
    b"[" * 100_000: "nested too deeply|Expecting",
    b"[]": "expected an object, found a list",
    b"null": "expected an object",
    GOOD.replace(b": 7", b": NaN"): "NaN is no JSON",
    without("event_id"): "event_id is missing",
    without("payload"): "payload is missing",
    with_field("event_id", ""): "event_id is wrong: expected a text, found a str that is empty",
    with_field("event_id", 5): "event_id is wrong: expected a text, found a int",
    with_field("organization_id", None): "organization_id is wrong: expected a whole number",
    with_field("organization_id", "7"): "organization_id is wrong: expected a whole number, found a str",
    with_field("organization_id", True): "found a bool",
    with_field("user_id", 1.5): "found a float",
    with_field("user_id", 2**63): "64 bits",
    with_field("occurred_at", "yesterday"): "occurred_at is wrong",
    with_field("occurred_at", "2026-07-01T00:00:00"): "with its offset",
    with_field("ingested_at", 1751328000): "with its offset",
    with_field("payload", "{}"): "payload is wrong: expected an object, found a str",
}


@pytest.mark.parametrize("line", BAD_LINES)
def test_a_bad_line_is_named_and_nothing_is_changed(site: Site, line: bytes) -> None:
    site.put(0, [[event("a"), event("b")]])
    site.land(0)
    before = site.rows()
    folder = "events/2026/07/01"
    site.store.put(EVENTS, f"{folder}/01/stream-1-1.json", b"\n".join([GOOD, b"", line, GOOD]))
    site.store.put(EVENTS, f"{folder}/02/stream-1-2.json", GOOD)

    with pytest.raises(InvalidEvent, match=BAD_LINES[line]) as raised:
        site.land(0)

    message = str(raised.value.description)
    assert message.startswith(f"s3://{EVENTS}/{folder}/01/stream-1-1.json, line 3: ")
    assert "/overview" not in message
    assert site.rows() == before


def test_what_is_read_of_a_line() -> None:
    given = event(
        "a",
        payload={"term": "\\N é🎉", "b": [1, None], "a": {"z": 1}},
        occurred_at="2026-07-01T02:00:00.123456+02:00",
        plan={"new": True},
        zone="eu",
    )
    (row,) = parse_batch(b"\r\n" + json.dumps(given).encode() + b"\r\n\n", "s3://b/k")

    assert json.loads(row["payload"]) == given["payload"]
    assert row["occurred_at"].isoformat() == "2026-07-01T00:00:00.123456+00:00"
    assert json.loads(row["other_fields"]) == {"plan": {"new": True}, "zone": "eu"}
    (plain,) = parse_batch(json.dumps(event("a")).encode(), "s3://b/k")
    assert plain["other_fields"] is None


def test_fields_that_may_be_null_may_be_missing() -> None:
    given = event("a")
    del given["deployment_id"], given["user_id"]
    (row,) = parse_batch(json.dumps(given).encode(), "s3://b/k")
    assert (row["deployment_id"], row["user_id"]) == (None, None)
