"""Fivetran as a system that somebody connects: what it needs, and one cheap question."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg

from dagster_open_platform.lib.fivetran.resource import API_URL_VARIABLE, FivetranResource
from dagster_open_platform.lib.http_systems import api_address, asked_once
from dagster_open_platform.lib.systems import Declared, Resources, System, Variable, address_in, counted

_FIELDS: Mapping[str, Variable] = {
    "account_id": Variable(
        "FIVETRAN_ACCOUNT_ID", "the account's id (Account settings > General)", is_secret=False
    ),
    "api_key": Variable(
        "FIVETRAN_API_KEY", "an API key that sees the groups (Account settings > API config)"
    ),
    "api_secret": Variable("FIVETRAN_API_SECRET", "the secret of that API key"),
}
_NAMED = re.compile(r"""\benv\(\s*['"](\w+)['"]""")


@dataclass(unsafe_hash=True)
class _Account:
    """A workspace (see `resource.py`) whose values are read when they are used."""

    account_id: str
    api_key: str
    api_secret: str


def _accounts(declared: Declared) -> Iterator[_Account]:
    """The accounts that instances name; the usual one if none does."""
    found: dict[_Account, None] = {}
    for document in declared.documents:
        workspace = (document.get("attributes") or {}).get("workspace")
        if isinstance(workspace, Mapping):
            found[_Account(**{name: _value(workspace.get(name), name) for name in _FIELDS})] = None
    yield from found or [_Account(**{name: _value(None, name) for name in _FIELDS})]


def _value(said: Any, field: str) -> str:
    named = _NAMED.search(str(said or ""))
    return dg.EnvVar(named[1] if named else _FIELDS[field].name)


def _probe(resources: Resources, declared: Declared) -> str:
    fivetran = asked_once(resources, "fivetran", FivetranResource)
    groups = 0
    for account in _accounts(declared):
        with fivetran.open(account) as api:
            groups += len(api.group_ids())
    return counted(groups, "group")


FIVETRAN = System(
    name="fivetran",
    title="Fivetran",
    use="syncs the SaaS tools, whose tables it loads into the warehouse",
    folder="fivetran",
    resource="fivetran",
    probe=_probe,
    needed=tuple(_FIELDS.values()),
    optional=(api_address(FivetranResource),),
    points_to=address_in(API_URL_VARIABLE),
    declared_as="of another Fivetran account, as the instance that requires it says",
    beside_duckdb=(
        "it loads into its own destination and not into these files, so syncs run at Fivetran while its tables here stay as"
        " they are. After connecting it, `just refresh-state --local` makes its connectors the graph's"
    ),
)
