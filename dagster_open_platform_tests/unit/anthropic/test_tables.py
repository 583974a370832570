"""From JSON to tables: every column, and nothing that is not what it should be."""

import copy
import datetime as dt
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dagster_open_platform.lib.anthropic import tables
from dagster_open_platform.lib.anthropic.client import AnthropicClient
from dagster_open_platform.lib.anthropic.columns import TABLES
from dagster_open_platform.lib.anthropic.errors import NobodyListed, UnexpectedAnswer
from dagster_open_platform.lib.anthropic.protocol import AdminApi, Node
from dagster_open_platform.lib.columns import arrow_schema
from dagster_open_platform_local.company.anthropic.usage import SEARCHES, TOKENS, usage_table
from dagster_open_platform_local.services.saas.anthropic.stamps import FORMS
from dagster_open_platform_tests.fixtures.anthropic import (
    SETTINGS,
    TODAY,
    api_of,
    company_account,
    in_process,
)

START, END, DAY = dt.date(2026, 7, 13), dt.date(2026, 7, 15), dt.date(2026, 7, 14)
Nodes = dict[str, Any]


def _records(api: AdminApi, day: dt.date) -> list[Node]:
    return [record for page in api.claude_code(day) for record in page]


def nodes(form: str) -> Nodes:
    with in_process(api_of(stamp=FORMS[form])).connect() as api:
        assert isinstance(api, AnthropicClient)
        return {
            "usage": list(api.usage(START, END)),
            "cost": list(api.cost(START, END)),
            "claude_code": {day: _records(api, day) for day in (START, DAY)},
            "api_keys": list(api.api_keys()),
            "users": list(api.users()),
        }


MADE: dict[str, Callable[[Any], Any]] = {
    "usage": lambda found: tables.usage_table(found, START, END),
    "cost": lambda found: tables.cost_table(found, START, END),
    "claude_code": lambda found: tables.claude_code_table(found.items()),
    "api_keys": tables.api_keys_table,
    "users": tables.users_table,
}
ISO = nodes("iso")


@pytest.mark.parametrize("name", MADE)
def test_the_form_of_moments_makes_no_difference(name: str) -> None:
    expected = MADE[name](ISO[name])
    assert expected.schema == arrow_schema(TABLES[name])
    assert expected.num_rows
    for form in ("number", "digits"):
        assert MADE[name](nodes(form)[name]).equals(expected)


@pytest.mark.parametrize("name", MADE)
def test_only_what_may_be_null_is(name: str) -> None:
    found = MADE[name](ISO[name])
    assert [c.name for c in TABLES[name] if not c.nullable and found[c.name].null_count] == []


def test_usage_is_what_was_used() -> None:
    begin, end = (int(dt.datetime.combine(d, dt.time(), dt.UTC).timestamp()) for d in (START, END))
    expected: Counter[Any] = Counter()
    for row in usage_table(SETTINGS, TODAY).to_pylist():
        if begin <= row["hour"] < end:
            key = (row["hour"], row["api_key_id"], row["model"], row["service_tier"], row["context_window"])
            for name in (*TOKENS, SEARCHES):
                expected[*key, name] += row[name]
    found: Counter[Any] = Counter()
    names = [column.name for column in TABLES["usage"] if column.type == "integer"]
    for row in MADE["usage"](ISO["usage"]).to_pylist():
        assert row["usage_date"] == row["bucket_start"].date()
        hour = int(row["bucket_start"].timestamp())
        key = (hour, row["api_key_id"], row["model"], row["service_tier"], row["context_window"])
        for ours, theirs in zip(names, (*TOKENS, SEARCHES), strict=True):
            found[*key, theirs] += row[ours]
    assert +found == +expected


def test_amounts_keep_every_digit() -> None:
    items = [item for bucket in ISO["cost"] for item in bucket["results"]]
    made = MADE["cost"](ISO["cost"])
    assert made["amount_cents"].to_pylist() == [Decimal(item["amount"]) for item in items]
    changed = copy.deepcopy(ISO["cost"])
    changed[0]["results"][0]["amount"] = "12345678901234567.0123456789"
    assert MADE["cost"](changed)["amount_cents"][0].as_py() == Decimal("12345678901234567.0123456789")


def test_claude_code_adds_up_although_a_record_has_several_models() -> None:
    records = [record for day in ISO["claude_code"].values() for record in day]
    made = MADE["claude_code"](ISO["claude_code"]).to_pylist()
    assert len(made) == sum(len(record["model_breakdown"]) for record in records) > len(records)
    for column, field in (("sessions", "num_sessions"), ("commits", "commits_by_claude_code")):
        assert sum(row[column] or 0 for row in made) == sum(r["core_metrics"][field] for r in records)
    accepted = sum(tool["accepted"] for r in records for tool in r["tool_actions"].values())
    assert sum(row["tool_actions_accepted"] or 0 for row in made) == accepted
    assert sum(row["sessions"] is not None for row in made) == len(records)


def test_a_record_without_models_and_a_key_without_a_maker_are_kept() -> None:
    record = {**ISO["claude_code"][DAY][0], "model_breakdown": []}
    (row,) = tables.claude_code_table([(DAY, [record])]).to_pylist()
    assert row["model"] is None
    assert row["input_tokens"] is None
    assert row["sessions"] == record["core_metrics"]["num_sessions"]
    key = {name: value for name, value in ISO["api_keys"][0].items() if name != "expires_at"}
    (made,) = tables.api_keys_table([{**key, "created_by": None}]).to_pylist()
    assert made["created_by_id"] is None
    assert made["expires_at"] is None


@pytest.mark.parametrize("name", ["usage", "cost", "claude_code"])
def test_a_time_without_data_is_a_table_without_rows(name: str) -> None:
    empty: Any = {DAY: []} if name == "claude_code" else [{**each, "results": []} for each in ISO[name]]
    assert MADE[name](empty).num_rows == 0
    assert MADE[name](empty).schema == arrow_schema(TABLES[name])


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a value in a document that is a required field."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = [path] if path and not isinstance(node, dict | list) else []
    return found + [place for key, value in inner for place in places(value, (*path, key))]


FREE = {"description", "display_color", "type", "organization_id", "subscription_type", "inference_geo"}
FREE |= {"account_id", "service_account_id"}


@pytest.mark.parametrize("name", MADE)
def test_a_field_of_another_type_is_refused_and_not_shown(name: str) -> None:
    whole: Any = ISO[name]
    if name in ("usage", "cost"):
        whole = [next(bucket for bucket in whole if bucket["results"])]
    elif name == "claude_code":
        whole = {DAY: [whole[DAY][0]]}
    else:
        whole = [whole[0]]
    for place in places(whole if name != "claude_code" else whole[DAY]):
        if place[-1] in FREE:
            continue
        changed = copy.deepcopy(whole)
        inner = changed[DAY] if name == "claude_code" else changed
        for key in place[:-1]:
            inner = inner[key]
        for wrong in ({"secret": "value"}, ["secret"]):
            inner[place[-1]] = wrong
            with pytest.raises(UnexpectedAnswer) as caught:
                MADE[name](changed)
            assert "secret" not in str(caught.value.description)


@pytest.mark.parametrize("wrong", [True, "5", 1.5, None, 2**70])
def test_a_count_is_a_whole_number(wrong: Any) -> None:
    changed = copy.deepcopy(next(bucket for bucket in ISO["usage"] if bucket["results"]))
    changed["results"][0]["output_tokens"] = wrong
    with pytest.raises(UnexpectedAnswer, match="output_tokens"):
        MADE["usage"]([changed])


@pytest.mark.parametrize("name", ["usage", "cost"])
def test_buckets_that_overlap_or_lie_outside_are_refused(name: str) -> None:
    found = ISO[name]
    for wrong in ([found[0], found[0]], [found[1], found[0]]):
        with pytest.raises(UnexpectedAnswer, match="comes twice"):
            MADE[name](wrong)
    with pytest.raises(UnexpectedAnswer, match="outside"):
        (tables.usage_table if name == "usage" else tables.cost_table)(found, DAY, END)
    with pytest.raises(UnexpectedAnswer, match="long"):
        MADE[name]([{**found[0], "ending_at": found[0]["starting_at"]}])


def test_records_of_another_day_are_refused() -> None:
    with pytest.raises(UnexpectedAnswer, match="another day"):
        tables.claude_code_table([(START, ISO["claude_code"][DAY])])


def test_an_organization_without_users_is_not_believed() -> None:
    with pytest.raises(NobodyListed):
        tables.users_table([])
    assert company_account().users
