"""The page can be read by everybody, needs nothing else, and says what the report says."""

import datetime as dt
import itertools
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.metrics_report.check import numbers_of_page
from dagster_open_platform.lib.metrics_report.page import Context, ModelPage, html_of
from dagster_open_platform.lib.metrics_report.publish import numbers_of
from dagster_open_platform.lib.metrics_report.report import Figures, Report
from dagster_open_platform.lib.metrics_report.statements import models_read
from dagster_open_platform.lib.metrics_report.words import against_mean, against_week_before, sentence

NOW = dt.datetime(2026, 11, 26, 7, 30, 15, 123, tzinfo=dt.timezone(dt.timedelta(hours=2)))
ENDLESS = {"meta", "!doctype"}


@dataclass
class Node:
    """An element."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    def all(self, *tags: str) -> list["Node"]:
        """Those below it with one of the tags, in order."""
        found = []
        for child in self.children:
            if isinstance(child, Node):
                found += [child] if child.tag in tags else []
                found += child.all(*tags)
        return found

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class Strict(HTMLParser):
    """Fails where a browser would guess."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("document")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"<{tag}> has an attribute twice: {attrs}"
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in ENDLESS:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parsed(page: str) -> Node:
    reader = Strict()
    reader.feed(page)
    reader.close()
    (document,) = reader.open
    return document


def context(
    description: str = "A row a day.", address: str | None = "http://localhost:3000/assets/a/b"
) -> Context:
    return Context(NOW, {name: ModelPage(f"dwh/{name}", description, address) for name in models_read()})


@pytest.fixture(scope="module")
def page(report: Report) -> Node:
    return parsed(html_of(report, context()))


def test_it_says_its_language_and_fits_a_phone(page: Node) -> None:
    (html,) = page.all("html")
    assert html.attributes["lang"] == "en"
    metas = [meta.attributes for meta in page.all("meta")]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in metas
    assert metas[0] == {"charset": "utf-8"}
    (title,) = page.all("head")[0].all("title")
    (heading,) = page.all("h1")
    assert title.text == heading.text == "Company metrics, week 47 of 2026"


def test_headings_skip_no_level(page: Node) -> None:
    levels = [int(node.tag[1]) for node in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert [len(page.all(tag)) for tag in ("header", "main", "footer")] == [1, 1, 1]


def test_it_needs_nothing_of_elsewhere_and_runs_nothing(page: Node) -> None:
    assert page.all("script", "link", "img", "iframe", "object", "embed", "form", "base") == []
    nodes = page.all(*{node.tag for node in all_nodes(page)})
    assert [
        name for node in nodes for name in node.attributes if name.startswith(("on", "src", "style"))
    ] == []
    (style,) = page.all("style")
    assert not re.search(r"url\(|@import|@font-face", style.text)


def all_nodes(node: Node) -> list[Node]:
    below = [child for child in node.children if isinstance(child, Node)]
    return [each for child in below for each in (child, *all_nodes(child))]


def test_ids_are_unique_and_what_refers_to_them_finds_them(page: Node) -> None:
    nodes = all_nodes(page)
    ids = [node.attributes["id"] for node in nodes if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    named = [name for node in nodes for name in (node.attributes.get("aria-labelledby") or "").split()]
    inner = [href[1:] for node in page.all("a") if (href := node.attributes["href"] or "").startswith("#")]
    assert named
    assert inner
    assert set(named) | set(inner) <= set(ids)


def test_every_chart_has_a_title_a_description_and_its_numbers_in_a_table(page: Node, report: Report) -> None:
    sections = page.all("section")[1:]
    assert len(sections) == len(report.figures)
    for section, figures in zip(sections, report.figures, strict=True):
        (chart,) = section.all("svg")
        assert chart.attributes["role"] == "img"
        (title,), (description,) = chart.all("title"), chart.all("desc")
        assert (
            chart.attributes["aria-labelledby"] == f"{title.attributes['id']} {description.attributes['id']}"
        )
        assert figures.metric.title in title.text
        known = [value for value in figures.values if value is not None]
        assert len(chart.all("rect")) == len(known)
        (table,) = section.all("table")
        assert len(table.all("tr")) == 1 + len(figures.weeks)
        numbers = [cell.text for cell in table.all("td")]
        assert [float(re.sub("[$,]", "", text)) for text in numbers if text != "no data"] == [
            pytest.approx(value, abs=0.5) for value in reversed(known)
        ]


def test_columns_are_as_high_as_their_numbers(page: Node, report: Report) -> None:
    for section, figures in zip(page.all("section")[1:], report.figures, strict=True):
        heights = [float(node.attributes["height"] or "") for node in section.all("rect")]
        known = [value for value in figures.values if value is not None]
        assert heights == [pytest.approx(max(heights) * value / max(known), abs=0.02) for value in known]
        told = [node.attributes["class"] == "told" for node in section.all("rect")]
        assert told == [False] * (len(known) - 1) + [figures.value is not None]


def test_tables_have_a_caption_and_headings_of_rows_and_columns_and_scroll(page: Node) -> None:
    wrapped = [node.all("table")[0] for node in page.all("div") if node.attributes.get("class") == "scroll"]
    assert wrapped == page.all("table")
    for table in wrapped:
        assert table.all("caption")[0].text
        head, body = table.all("thead")[0], table.all("tbody")[0]
        assert {cell.attributes["scope"] for cell in head.all("th")} == {"col"}
        assert [row.all("th")[0].attributes["scope"] for row in body.all("tr")] == ["row"] * len(
            body.all("tr")
        )
    for node in page.all("div"):
        if node.attributes.get("class") == "scroll":
            assert (node.attributes["tabindex"], bool(node.attributes["aria-labelledby"])) == ("0", True)


def test_numbers_are_those_of_the_report_for_people_and_programs(page: Node, report: Report) -> None:
    assert numbers_of_page(html_of(report, context())) == numbers_of(report)
    for section, figures in zip(page.all("section")[1:], report.figures, strict=True):
        paragraphs = [node.text for node in section.all("p")]
        assert sentence(against_week_before(figures)) in paragraphs
        assert sentence(against_mean(figures)) in paragraphs
        shown = section.all("data")[0].text
        assert float(re.sub("[^0-9.]", "", shown)) == pytest.approx(figures.value, abs=0.5)
        assert shown.startswith("$") or shown.endswith(figures.metric.unit.value)


def test_models_are_described_and_linked(page: Node, report: Report) -> None:
    linked = {
        node.text for node in page.all("a") if node.attributes["href"] == "http://localhost:3000/assets/a/b"
    }
    assert linked == {f"dwh/{name}" for name in models_read()}
    unlinked = parsed(html_of(report, context(address=None)))
    assert {node.text for node in unlinked.all("code")} == linked
    assert unlinked.text.count("A row a day.") == page.text.count("A row a day.") >= len(linked)


def test_it_says_when_data_end_and_when_it_was_made(page: Node) -> None:
    (footer,) = page.all("footer")
    assert [node.attributes["datetime"] for node in footer.all("time")] == [
        "2026-11-25",
        "2026-11-26T05:30:15+00:00",
    ]
    assert "25 November 2026" in footer.text
    assert "26 November 2026, 05:30 UTC" in footer.text


def test_only_the_moment_differs_between_two_pages_of_the_same_data(report: Report) -> None:
    later = replace(context(), generated_at=NOW + dt.timedelta(days=1))
    first, second = html_of(report, context()).splitlines(), html_of(report, later).splitlines()
    joined, other = "\n".join(first), "\n".join(second)
    assert joined != other
    made = re.compile(r"<p>Made on .*?</p>")
    assert made.sub("", joined) == made.sub("", other)


def unknown(figures: Figures) -> Figures:
    return replace(figures, values=(None,) * len(figures.values), until=None)


def test_no_data_are_never_zero(report: Report) -> None:
    gap = [replace(each, values=(*each.values[:-1], None)) for each in report.figures]
    page = parsed(html_of(replace(report, figures=tuple(gap)), context()))
    assert page.all("data") == []
    for section, figures in zip(page.all("section")[1:], gap, strict=True):
        assert "No data" in [node.text for node in section.all("p")]
        assert section.all("td")[0].text == "no data"
        known = [value for value in figures.values if value is not None]
        assert len(section.all("rect")) == len(known)
        assert "have no data" in section.all("desc")[0].text
    nothing = parsed(html_of(replace(report, figures=tuple(map(unknown, report.figures))), context()))
    assert nothing.all("rect") == []
    assert nothing.text.count("There are no data yet.") >= len(report.figures)


NASTY = st.text(st.sampled_from("<>&\"'/=abc -!;"), min_size=1, max_size=40)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(NASTY)
def test_whatever_a_text_is_it_stays_text(report: Report, text: str) -> None:
    calm = parsed(html_of(report, context("calm", "http://calm")))
    first = report.figures[0]
    nasty = replace(first, metric=replace(first.metric, title=text, meaning=text))
    models = {name: ModelPage(text, text, f"http://{text}") for name in models_read()}
    page = parsed(html_of(replace(report, figures=(nasty, *report.figures[1:])), Context(NOW, models)))
    assert [node.tag for node in all_nodes(page)] == [node.tag for node in all_nodes(calm)]
    assert text in [node.text for node in page.all("h2")]
    assert f"http://{text}" in [node.attributes["href"] for node in page.all("a")]
