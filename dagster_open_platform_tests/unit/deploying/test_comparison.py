"""What compares a deployed code location with the checkout sees each way in which they can differ, and each link that leads astray."""

from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.utils.source_code import CODE_REFERENCES, REPOSITORY_ROOT
from dagster_open_platform_local.deploying.errors import DeploymentError
from dagster_open_platform_local.deploying.graph import Graph, differences
from dagster_open_platform_local.deploying.links import broken
from dagster_open_platform_local.deploying.verify import require_quiet, without_reference
from dagster_open_platform_tests.fixtures.definitions import GIT, PROD, definitions_in

GRAPH = Graph({"asset a": "{}", "job b": "{}"}, {"asset a": ("u#L1",), "job b": ()})
SOURCES = {
    "defs.yaml": "type: one\n---\ntype: two\nattributes:\n  streams:\n    public.orders:\n      mode: full\n",
    "assets.py": '"""Assets."""\n\nSPEC = spec(\n    "a"\n)\n\n\n@asset\ndef b():\n    return 1\n',
    "orders.sql": "select 1\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in SOURCES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (GRAPH, []),
        (replace(GRAPH, definitions={"asset a": "{}"}), ["job b: only in the first"]),
        (replace(GRAPH, definitions={**GRAPH.definitions, "asset c": "{}"}), ["asset c: only in the second"]),
        (replace(GRAPH, definitions={**GRAPH.definitions, "asset a": "[]"}), ["asset a: {} is []"]),
        (
            replace(GRAPH, references={**GRAPH.references, "asset a": ("u#L2",)}),
            ["asset a: declared at ('u#L1',) and ('u#L2',)"],
        ),
    ],
)
def test_each_difference_is_told(other: Graph, told: list[str]) -> None:
    assert differences(GRAPH, other) == told


@pytest.mark.parametrize(
    ("name", "place", "right"),
    [
        ("asset x/any", "defs.yaml#L1", True),
        ("asset x/any", "defs.yaml#L3", True),
        ("asset x/any", "defs.yaml#L2", False),
        ("asset x/orders", "defs.yaml#L6", True),
        ("asset x/customers", "defs.yaml#L6", False),
        ("asset x/any", "assets.py#L3", True),
        ("asset x/any", "assets.py#L8", True),
        ("asset x/any", "assets.py#L9", True),
        ("asset x/any", "assets.py#L10", False),
        ("asset x/orders", "orders.sql", True),
        ("asset x/orders", "orders.sql#L2", False),
        ("asset x/customers", "orders.sql", False),
        ("asset x/any", "nowhere.py#L1", False),
    ],
)
def test_a_link_must_lead_to_a_declaration(root: Path, name: str, place: str, right: bool) -> None:
    found = broken({name: [f"https://git/repo/blob/abc/{place}"]}, "https://git/repo", "abc", root)
    assert len(found) == (0 if right else 1)


def test_a_link_must_lead_to_the_deployed_commit(root: Path) -> None:
    links = {"asset x": ["https://git/repo/blob/abd/defs.yaml#L1", f"{root}/defs.yaml:1"]}
    assert len(broken(links, "https://git/repo", "abc", root)) == 2


def test_each_link_of_this_checkout_leads_to_a_declaration() -> None:
    links = {
        f"asset {spec.key.to_user_string()}": [
            each.url for each in spec.metadata[CODE_REFERENCES].code_references
        ]
        for spec in definitions_in(PROD).resolve_all_asset_specs()
    }
    assert broken(links, GIT.url, GIT.revision, REPOSITORY_ROOT) == []
    # Of each kind, so that none is left out.
    assert {link.partition("#")[0].rpartition(".")[2] for found in links.values() for link in found} >= {
        "yaml",
        "py",
        "sql",
    }


def test_an_asset_without_a_link_is_told_and_a_job_is_not() -> None:
    graph = replace(GRAPH, references={"asset a": (), "job b": ()})
    assert without_reference(graph) == ["asset a"]


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-27 05:56:13 +0000 - dagster - \x1b[34mWARNING\x1b[0m - something",
        "/x/y.py:1: BetaWarning: Parameter",
        "Traceback (most recent call last):",
        "2026-11-27 - dagster.code_server - ERROR - gone",
    ],
)
def test_a_log_with_a_warning_is_refused(tmp_path: Path, line: str) -> None:
    log = tmp_path / "server.log"
    log.write_text("2026-11-27 - dagster.code_server - INFO - Started, no warnings\n")
    require_quiet([log])
    log.write_text(f"{log.read_text()}{line}\n")
    with pytest.raises(DeploymentError, match="warns"):
        require_quiet([log])


def test_dagster_s_own_warnings_are_of_the_kind_that_is_looked_for() -> None:
    assert issubclass(dg.BetaWarning, Warning)
    assert dg.BetaWarning.__name__.endswith("Warning")
