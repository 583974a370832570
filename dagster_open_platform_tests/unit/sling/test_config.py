"""Replication files: what they mean, and what is said about wrong ones."""

import datetime as dt
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.sling.config import Mode, Replication, Stream, load_replication
from dagster_open_platform.lib.sling.errors import InvalidReplication

HEAD = "source: PRODUCT\ntarget: PURINA\nstreams:\n  public.users:"
INCREMENTAL = "mode: incremental, primary_key: id, update_key: at"


def load(directory: Path, text: str, name: str = "users.yaml") -> Replication:
    file = directory / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return load_replication(file, "product")


def wrong(directory: Path, text: str, name: str = "users.yaml") -> str:
    """What is said about a wrong file, without the directory."""
    with pytest.raises(InvalidReplication) as caught:
        load(directory, text, name)
    return str(caught.value.description).replace(f"{directory}/", "")


def test_everything_that_a_file_may_say(tmp_path: Path) -> None:
    text = """
    source: PRODUCT
    target: PURINA
    defaults: {mode: truncate, object: "{target_schema}.{stream_schema}_{stream_table}"}
    streams:
      public.users:
      public.Runs:
        mode: incremental
        object: other.runs
        primary_key: [id, region]
        update_key: at
        select: [-secret, "-very secret"]
        where: id > 0
        columns: {amount: "decimal(38,9)"}
        meta: {lookback: 90m, description: "  A run,\\n  as it was. "}
      public.jobs: {mode: snapshot, primary_key: id, select: [id, at]}
    """
    found = load(tmp_path, textwrap.dedent(text).lstrip())
    place = f"{tmp_path}/users.yaml:"
    settings = {"primary_key": ("id",), "include": ("id", "at"), "place": f"{place}15"}
    jobs = Stream("public.jobs", Mode.SNAPSHOT, "product", "public_jobs", **settings)
    assert found == Replication(
        tmp_path / "users.yaml",
        "PRODUCT",
        "PURINA",
        (
            Stream("public.users", Mode.TRUNCATE, "product", "public_users", place=f"{place}5"),
            Stream(
                "public.Runs",
                Mode.INCREMENTAL,
                "other",
                "runs",
                primary_key=("id", "region"),
                update_key="at",
                lookback=dt.timedelta(minutes=90),
                exclude=frozenset({"secret", "very secret"}),
                where="id > 0",
                columns={"amount": "decimal(38,9)"},
                description="A run, as it was.",
                place=f"{place}6",
            ),
            jobs,
        ),
    )


def test_what_is_assumed(tmp_path: Path) -> None:
    (stream,) = load(tmp_path, HEAD).streams
    place = f"{tmp_path}/users.yaml:4"
    assert stream == Stream("public.users", Mode.FULL_REFRESH, "product", "users", place=place)


@pytest.mark.parametrize(
    ("text", "lookback"),
    [
        ("0", 0),
        ("1000", 1000),
        ("0s", dt.timedelta(0)),
        ("90s", dt.timedelta(seconds=90)),
        ("30m", dt.timedelta(minutes=30)),
        ("2h", dt.timedelta(hours=2)),
        ("3d", dt.timedelta(days=3)),
    ],
)
def test_lookbacks(tmp_path: Path, text: str, lookback: dt.timedelta | int) -> None:
    (stream,) = load(tmp_path, f"{HEAD} {{{INCREMENTAL}, meta: {{lookback: {text}}}}}").streams
    assert stream.lookback == lookback


WRONG = [
    # The file, and the beginning and the end of what is said.
    ("", "users.yaml:1: a replication file is a mapping", ""),
    ("- a", "users.yaml:1: a replication file is a mapping", ""),
    ("words", "users.yaml:1: a replication file is a mapping", ""),
    ("source: [", "users.yaml:1: not YAML: ", ""),
    (f"{HEAD}\n\tmode: x", "users.yaml:5: not YAML: found character '\\t'", ""),
    (f"{HEAD}\n---\na: b", "users.yaml:5: not YAML: but found another document", ""),
    ('source: "\x01"', "users.yaml:1: not YAML: unacceptable character #x0001", ""),
    (f"sources: A\n{HEAD}", "users.yaml:1: sources: this field is not supported.", "Did you mean 'source'?"),
    ("target: B\nstreams: {a.b: }", "users.yaml:1: 'source' is missing", ""),
    ("source:\ntarget: B\nstreams: {a.b: }", "users.yaml:1: 'source' is missing", ""),
    ("source: A\nstreams: {a.b: }", "users.yaml:1: 'target' is missing", ""),
    ("source: A\ntarget: B", "users.yaml:1: 'streams' is missing or empty.", ""),
    ("source: A\ntarget: B\nstreams: {}", "users.yaml:1: 'streams' is missing or empty.", ""),
    ("source: 5\ntarget: B", "users.yaml:1: source: found 5; input should be a valid string.", ""),
    ("source: A\nsource: B", "users.yaml:2: source: stands in line 1 too", ""),
    (f"{HEAD}\n  public.users:", "users.yaml:5: public.users: stands in line 4 too", ""),
    (f"{HEAD} {{mode: snapshot,\n  mode: truncate}}", "users.yaml:5: mode: stands in line 4 too", ""),
    (
        f"{HEAD} full-refresh",
        "users.yaml:4: streams.public.users: found 'full-refresh'; input should be a valid d",
        "",
    ),
    (
        f"{HEAD}\n    mode: incrementel",
        "users.yaml:",
        "mode 'incrementel' is unknown. Did you mean 'incremental'?",
    ),
    (f"{HEAD}\n    mode: x", "users.yaml:", "Valid: full-refresh, incremental, snapshot, truncate."),
    (
        f"{HEAD}\n    mode: on",
        "users.yaml:5: streams.public.users.mode: found True; input should be a valid string.",
        "",
    ),
    (
        f"{HEAD}\n    primary_keys: id",
        "users.yaml:5: streams.public.users.primary_keys: ",
        "Did you mean 'primary_key'?",
    ),
    (f"{HEAD}\n    primary_key: 5", "users.yaml:5: streams.public.users.primary_key: found 5", ""),
    (
        f"{HEAD}\n    select: id",
        "users.yaml:5: streams.public.users.select: found 'id'; input should be a valid list.",
        "",
    ),
    (f"{HEAD}\n    columns:\n      a: 5", "users.yaml:6: streams.public.users.columns.a: found 5", ""),
    (
        f"{HEAD}\n    meta:\n      lookbak: 5",
        "users.yaml:6: streams.public.users.meta.lookbak: ",
        "Did you mean 'lookback'?",
    ),
    (
        f"{HEAD}\n    sql: select 1",
        "users.yaml:5: streams.public.users.sql: this field is not supported.",
        "",
    ),
    (
        f"{HEAD}\n    select: [a, -b]",
        "users.yaml:5: streams.public.users.select: names columns to take and",
        "",
    ),
    (
        f"{HEAD} {{object: users}}",
        "users.yaml:4: streams.public.users: object is 'users'; expected schema.table.",
        "",
    ),
    (
        f"{HEAD} {{object: a.b.c}}",
        "users.yaml:4: streams.public.users: object is 'a.b.c'; expected schema.table.",
        "",
    ),
    (
        f"{HEAD} {{object: a-b.c}}",
        "users.yaml:4: streams.public.users: object is 'a-b.c': 'a-b' is not a valid",
        "",
    ),
    (
        f"{HEAD} {{object: 'a.{{stream_tabel}}'}}",
        "users.yaml:4:",
        "unknown variable {stream_tabel}. Did you mean 'stream_table'?",
    ),
    (
        "source: A\ntarget: B\nstreams:\n  public.*:",
        "users.yaml:4: streams.public.*: a stream is one table",
        "",
    ),
    ("source: A\ntarget: B\nstreams:\n  users:", "users.yaml:4: streams.users: a stream is one table", ""),
    ("source: A\ntarget: B\nstreams:\n  5:", "users.yaml:", "found 5; input should be a valid string."),
    (
        f"{HEAD} {{mode: incremental, update_key: at}}",
        "users.yaml:4: streams.public.users: an incremental stream needs primary_key",
        "",
    ),
    (
        f"{HEAD} {{mode: incremental, primary_key: id}}",
        "users.yaml:4: streams.public.users: an incremental stream needs update_key",
        "",
    ),
    (
        f"{HEAD} {{mode: incremental, primary_key: [], update_key: at}}",
        "users.yaml:4: streams.public.users: an incremental",
        "",
    ),
    (
        f"{HEAD} {{{INCREMENTAL},\n    select: [-id, -at]}}",
        "users.yaml:5: streams.public.users.select: leaves out id, at,",
        "",
    ),
    (
        f"{HEAD} {{{INCREMENTAL},\n    select: [at]}}",
        "users.yaml:5: streams.public.users.select: leaves out id,",
        "",
    ),
    (
        f"{HEAD} {{mode: snapshot, meta: {{lookback: 2h}}}}",
        "users.yaml:4: streams.public.users: meta.lookback is for",
        "",
    ),
    *(
        (
            f"{HEAD} {{{INCREMENTAL},\n    meta: {{\n    lookback: {value}}}}}",
            f"users.yaml:6: streams.public.users.meta.lookback: found {said}; ",
            "",
        )
        for value, said in (
            ("2w", "'2w'"),
            ("h", "'h'"),
            ("'-2h'", "'-2h'"),
            ("2 h", "'2 h'"),
            ("-5", "-5"),
            ("1.5", "1.5"),
            ("true", "True"),
            ("999999999999d", "'999999999999d'"),
        )
    ),
    (
        f"{HEAD} {{object: a.b}}\n  public.User: {{object: A.B}}",
        "users.yaml:3: streams: public.users and public.User both write a.b; each needs its own object.",
        "",
    ),
    ("extends: absent.yaml", "users.yaml:1: extends: there is no file 'absent.yaml' (from ", ")."),
    ("extends: .", "users.yaml:1: extends: there is no file '.'", ""),
    ("extends: users.yaml", "users.yaml:1: extends: 'users.yaml' leads in a circle.", ""),
    ("extends: [a]", "users.yaml:1: extends: found ['a']; input should be a valid string.", ""),
]


@pytest.mark.parametrize(("text", "beginning", "end"), WRONG)
def test_wrong_files_are_named_with_file_and_line(
    tmp_path: Path, text: str, beginning: str, end: str
) -> None:
    said = wrong(tmp_path, text)
    assert said.startswith(beginning)
    assert said.endswith(end)
    assert "\n" not in said


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "absent.yaml", "There is no replication file"),
        (tmp_path, "cannot be read: Is a directory."),
    ):
        with pytest.raises(InvalidReplication, match=said):
            load_replication(path)
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidReplication, match=r"bytes\.yaml:1: not YAML: 'utf-8' codec can't decode"):
        load_replication(tmp_path / "bytes.yaml")


def test_errors_are_where_the_field_is_that_is_wrong(tmp_path: Path) -> None:
    load(tmp_path, f"\n{HEAD} {{mode: snapshot}}", "shared.yaml")
    own = "extends: shared.yaml\nstreams: {public.jobs: }"
    assert [stream.place.rpartition("/")[2] for stream in load(tmp_path, own).streams] == [
        "shared.yaml:5",
        "users.yaml:2",
    ]
    load_text = f"\n{HEAD}\n    primary_kee: id"
    (tmp_path / "shared.yaml").write_text(load_text)
    assert wrong(tmp_path, own).startswith("shared.yaml:6: streams.public.users.primary_kee: ")
    (tmp_path / "shared.yaml").write_text(f"\n{HEAD} {{mode: x}}")
    assert wrong(tmp_path, own).startswith("shared.yaml:5: streams.public.users: mode 'x' is unknown.")
    (tmp_path / "shared.yaml").write_text("extends: users.yaml")
    assert wrong(tmp_path, own).startswith("shared.yaml:1: extends: 'users.yaml' leads in a circle.")
    (tmp_path / "shared.yaml").write_text("extends: other.yaml")
    (tmp_path / "other.yaml").write_text("extends: ./shared.yaml")
    assert wrong(tmp_path, own).startswith("other.yaml:1: extends: './shared.yaml' leads in a circle.")


def test_a_file_that_extends_nothing_in_so_many_words(tmp_path: Path) -> None:
    assert load(tmp_path, f"extends:\n{HEAD}").streams[0].name == "public.users"


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "object": st.sampled_from(["{target_schema}.{stream_table}", "a.{stream_schema}_{stream_table}"]),
    "primary_key": st.sampled_from(["id", ["id"], ["id", "region"]]),
    "update_key": st.sampled_from(["at", "id"]),
    "where": st.sampled_from(["id > 0", ""]),
    "columns": st.dictionaries(st.sampled_from(["x", "y", "z"]), st.sampled_from(["string", "float"])),
    "mode": st.sampled_from(["full-refresh", "truncate", "snapshot"]),
    "meta": st.fixed_dictionaries({}, optional={"description": st.sampled_from(["One.", "Two."])}),
}
STREAM = st.fixed_dictionaries({}, optional=FIELDS)
FILE = st.fixed_dictionaries(
    {},
    optional={
        "source": st.sampled_from(["ONE", "TWO"]),
        "target": st.sampled_from(["ONE", "TWO"]),
        "defaults": STREAM,
        "streams": st.dictionaries(st.sampled_from(["public.a", "public.b", "public.c"]), STREAM),
    },
)
BOTTOM = {"source": "BOTTOM", "target": "BOTTOM", "streams": {"public.bottom": {"mode": "truncate"}}}


def by_hand(*files: Mapping[str, Any]) -> dict[str, Any]:
    """The files as one, upper ones first, written without the platform's merging."""
    result: dict[str, Any] = {"defaults": {}, "streams": {}}
    for file in reversed(files):
        for side in ("source", "target"):
            result[side] = file.get(side, result.get(side))
        put(result["defaults"], file.get("defaults", {}))
        for name, stream in file.get("streams", {}).items():
            put(result["streams"].setdefault(name, {}), stream)
    return result


def put(stream: dict[str, Any], above: Mapping[str, Any]) -> None:
    for name, value in above.items():
        stream[name] = {**stream.get(name, {}), **value} if name in ("columns", "meta") else value


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(FILE, min_size=1, max_size=3))
def test_a_file_that_extends_others_is_the_one_that_a_hand_would_write(
    tmp_path: Path, files: list[dict[str, Any]]
) -> None:
    files = [*files, BOTTOM]
    for number, file in enumerate(files):
        # Each in a folder of its own: a path is read from where it stands.
        path = tmp_path / f"{number}" / "file.yaml"
        path.parent.mkdir(exist_ok=True)
        below = {} if file is BOTTOM else {"extends": f"../{number + 1}/file.yaml"}
        path.write_text(yaml.safe_dump({**file, **below}))
    merged = load_replication(tmp_path / "0" / "file.yaml", "product")
    single = load(tmp_path, yaml.safe_dump(by_hand(*files), sort_keys=False), "single.yaml")
    assert (merged.source, merged.target) == (single.source, single.target)
    assert {stream.name: replace(stream, place="") for stream in merged.streams} == {
        stream.name: replace(stream, place="") for stream in single.streams
    }
    # A stream stands where the uppermost file names it.
    for stream in merged.streams:
        number = next(n for n, file in enumerate(files) if stream.name in file.get("streams", {}))
        assert stream.place.startswith(f"{tmp_path}/{number}/file.yaml:")
