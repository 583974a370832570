"""Every connector of the company: shapes, keys, purity, days that follow one another, and what is said of the tables."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time
from importlib.resources import files

import pyarrow as pa
import pytest
import yaml

from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS
from dagster_open_platform_local.company.fivetran.layouts import layout_names, layouts
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_fivetran.made import (
    BY_NAME,
    NAMES,
    SETTINGS,
    TODAY,
    TOMORROW,
    digest,
    distinct,
    lost,
    rows,
    tables_of,
)

VANISHING = {
    # A search term whose clicks Google took back.
    "google_ads": {"search_term_keyword_stats"},
    # What belongs to contacts that were merged or erased.
    "hubspot": {"contact_company", "contact_property_history", "contact_form_submission", "contact_list_member", "deal_contact", "engagement_contact", "submission_response"},
    # What belongs to something that its source threw away.
    "linear": {"attachment_metadata", "issue_history", "issue_label", "issue_subscriber", "cycle_uncompleted_issue", "customer_request", "team_member", "team_membership"},
    "linkedin_pages": {"comment_history", "organization_ugc_post", "post_content", "share_statistic", "ugc_post_history", "ugc_post_share_statistic"},
}  # fmt: skip
"""Tables without `_fivetran_deleted` whose rows may be gone a day later, by schema."""
TAKES_PLACE = re.compile(
    r"(created|updated|modified|completed|resolved|canceled|closed|started|published|archived)_?(at|date|on|time)?$"
)
"""Columns of moments that have come, by the last word of their names."""
MOST_ROWS = 400_000
"""Of a company of the usual size; a load of all of them must stay a matter of seconds."""
SMALL = (
    (CompanySettings(seed=3, scale=0.05), date(2026, 6, 1)),
    (CompanySettings(seed=8, scale=0.02), date(2026, 6, 12)),
    (CompanySettings(seed=5, scale=0.1), date(2027, 2, 3)),
)


def check_shape(name: str, found: dict[str, pa.Table]) -> None:
    shapes = tables_of(BY_NAME[name])
    assert found.keys() <= shapes.keys()
    for table, made in found.items():
        shape = shapes[table]
        for field in made.schema:
            assert shape.schema.field(field.name).type == field.type, (name, table, field)
        assert made.num_rows == distinct(made, shape), (name, table)
        for column in shape.primary_key:
            assert made[column].null_count == 0, (name, table, column)


@pytest.mark.parametrize("name", NAMES)
def test_rows_fit_the_layout_and_keys_are_unique(name: str) -> None:
    check_shape(name, dict(rows(name)))
    assert not rows(name).keys() & BY_NAME[name].disabled


@pytest.mark.parametrize(("settings", "today"), SMALL)
def test_small_companies_have_rows_of_the_same_shape(settings: CompanySettings, today: date) -> None:
    for name in NAMES:
        check_shape(name, dict(rows(name, settings, today)))


@pytest.mark.parametrize("name", NAMES)
def test_a_day_later_nothing_is_gone_that_cannot_be(name: str) -> None:
    connector = BY_NAME[name]
    today, tomorrow = rows(name), rows(name, today=TOMORROW)
    assert today.keys() == tomorrow.keys()
    for table, shape in tables_of(connector).items():
        if table in today and not shape.keeps_deleted and table not in VANISHING.get(connector.schema, ()):
            assert lost(today[table], tomorrow[table], shape) == 0, (name, table)
    if not connector.sheet:
        assert digest(today) != digest(tomorrow)


def test_rows_depend_on_nothing_but_settings_and_date() -> None:
    """Another process, whose sets are in another order and which made no other day's rows, makes the same ones."""
    script = (
        "import json; from dagster_open_platform_tests.unit.company_fivetran.made import NAMES, digest, rows;"
        "print(json.dumps({name: digest(rows(name)) for name in reversed(NAMES)}))"
    )
    # The tests' own order of sets is drawn anew for each run, unless somebody fixed it: this one differs from the usual ones.
    environment = {**os.environ, "PYTHONHASHSEED": "4242"}
    output = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert output.returncode == 0, output.stderr
    for name in NAMES:
        rows(name, today=TOMORROW)
    assert json.loads(output.stdout) == {name: digest(rows(name)) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_what_has_a_time_has_happened(name: str) -> None:
    now = datetime.combine(TODAY, time(), UTC)
    for table, found in rows(name).items():
        for column in found.schema:
            if not pa.types.is_timestamp(column.type) or not TAKES_PLACE.search(column.name):
                continue
            latest = max(found[column.name].cast(pa.timestamp("us")).drop_null().to_pylist(), default=None)
            assert latest is None or latest < now.replace(tzinfo=None), (name, table, column.name)


def test_ids_names_and_layouts_are_those_of_one_connector_each() -> None:
    assert len({connector.id for connector in CONNECTORS}) == len(CONNECTORS)
    assert len(NAMES) == len(CONNECTORS)
    assert all(re.fullmatch(r"[a-z]+_[a-z]+", connector.id) for connector in CONNECTORS)
    assert {connector.schema for connector in CONNECTORS} == {*layout_names()}
    sheets = [(connector.schema, connector.sheet) for connector in CONNECTORS if connector.sheet]
    for schema in {schema for schema, _ in sheets}:
        assert {sheet for own, sheet in sheets if own == schema} == layouts(schema).keys()
    whole = Counter(connector.schema for connector in CONNECTORS if not connector.sheet)
    assert set(whole.values()) == {1}
    for connector in CONNECTORS:
        assert connector.disabled <= layouts(connector.schema).keys()


@pytest.mark.parametrize("schema", layout_names())
def test_every_table_is_described_and_nothing_else(schema: str) -> None:
    folder = files("dagster_open_platform.defs.fivetran.components") / "descriptions"
    said = yaml.safe_load((folder / f"{schema}.yaml").read_text())
    assert said.keys() == layouts(schema).keys()
    for table, text in said.items():
        assert re.fullmatch(r"One row(:| per) [^\n]+\.", text), table


def test_there_are_about_four_hundred_tables_and_not_too_many_rows() -> None:
    tables = sum(len(tables_of(connector)) for connector in CONNECTORS)
    assert 380 <= tables <= 480
    assert sum(found.num_rows for name in NAMES for found in rows(name).values()) <= MOST_ROWS


def test_most_of_what_models_read_has_rows() -> None:
    filled = {name: sum(found.num_rows > 0 for found in rows(name).values()) for name in NAMES}
    for connector in CONNECTORS:
        assert filled[connector.name] >= 0.4 * len(tables_of(connector)), connector.name


def test_the_size_of_the_company_decides_how_much_there_is() -> None:
    half = CompanySettings(seed=SETTINGS.seed, scale=0.5)
    less, whole = (
        sum(found.num_rows for name in NAMES for found in rows(name, settings).values())
        for settings in (half, SETTINGS)
    )
    assert less < 0.75 * whole
