"""Snowflake's shared schema ACCOUNT_USAGE: users, roles, grants and databases of the account.

What belongs here: the views' columns and rows. What does not: who there is (`staff.py`, `account.py`).

Columns and their order are those of Snowflake's documentation (https://docs.snowflake.com/en/sql-reference/account-usage/users,
and `roles`, `grants_to_users`, `grants_to_roles`, `databases` there), in lower case. NUMBER is a 64-bit integer, TIMESTAMP_LTZ
a moment in UTC, VARIANT (`disabled`, `snowflake_lock`) what is in it: a truth value.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, TIMESTAMP, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.account import (
    NOT_YET,
    databases,
    role_grants,
    roles,
    user_grants,
)
from dagster_open_platform_local.company.warehouse.staff import SERVICES, Member, Service, members

_TYPES = {"number": pa.int64(), "text": pa.string(), "boolean": pa.bool_(), "moment": TIMESTAMP}
_DAY, _HOUR = DAY_SECONDS, 3600
_DROPPED_AFTER_DAYS = 30

Row = dict[str, Any]


def _schema(declaration: str) -> pa.Schema:
    """A schema in few words: `type: name name ...`, a line a run of columns of one type."""
    fields: list[tuple[str, pa.DataType]] = []
    for line in filter(None, map(str.strip, declaration.splitlines())):
        kind, _, names = line.partition(":")
        fields += [(name, _TYPES[kind]) for name in names.split()]
    return pa.schema(fields)


SCHEMAS: Mapping[str, pa.Schema] = {
    "users": _schema("""
        number: user_id
        text: name
        moment: created_on deleted_on
        text: login_name display_name first_name last_name email
        boolean: must_change_password has_password
        text: comment
        boolean: disabled snowflake_lock
        text: default_warehouse default_namespace default_role
        boolean: ext_authn_duo
        text: ext_authn_uid
        boolean: has_mfa
        moment: bypass_mfa_until last_success_login expires_at locked_until_time
        boolean: has_rsa_public_key
        moment: password_last_set_time
        text: owner default_secondary_role type database_name
        number: database_id
        text: schema_name
        number: schema_id
    """),
    "roles": _schema("""
        number: role_id
        moment: created_on deleted_on
        text: name comment owner role_type role_database_name
        number: role_instance_id
        text: owner_role_type
    """),
    "grants_to_users": _schema("""
        moment: created_on deleted_on
        text: role granted_to grantee_name granted_by
    """),
    "grants_to_roles": _schema("""
        moment: created_on modified_on
        text: privilege granted_on name table_catalog table_schema granted_to grantee_name
        boolean: grant_option
        text: granted_by
        moment: deleted_on
        text: granted_by_role_type object_instance
    """),
    "databases": _schema("""
        number: database_id
        text: database_name database_owner is_transient comment
        moment: created last_altered deleted
        number: retention_time
        text: resource_group type owner_role_type
    """),
}


def account_usage_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The views as of 00:00 UTC of a date, by name; columns that a row does not have are null."""
    makers: dict[str, Callable[[CompanySettings, date], list[Row]]] = {
        "users": _users,
        "roles": _roles,
        "grants_to_users": _grants_to_users,
        "grants_to_roles": _grants_to_roles,
        "databases": _databases,
    }
    return {
        name: pa.Table.from_pylist(make(settings, today), schema=SCHEMAS[name])
        for name, make in makers.items()
    }


def _moment(seconds: int) -> datetime | None:
    return None if seconds >= NOT_YET else datetime.fromtimestamp(seconds, UTC)


def _users(settings: CompanySettings, today: date) -> list[Row]:
    now, epoch = unix_seconds(today), unix_seconds(settings.epoch)
    people = members(settings, today)
    seen = _last_seen(settings, [each.number for each in people], now)
    found = [_person(each, seen[i], now) for i, each in enumerate(people)]
    return found + [_service(number, each, epoch, now) for number, each in enumerate(SERVICES)]


def _last_seen(settings: CompanySettings, numbers: Sequence[int], now: int) -> list[int]:
    """When somebody who is still there last logged in, if they did so since they were hired: within five days."""
    draws = Draws(settings.seed, "staff_logins", np.array(numbers, dtype=np.int64) << 16 | now // _DAY)
    return (now - 1 - draws.quantile("ago", (3_000, 20_000, 60_000, 5 * _DAY))).tolist()


def _person(member: Member, seen: int, now: int) -> Row:
    dropped = member.left + _DROPPED_AFTER_DAYS * _DAY if member.left < NOT_YET else NOT_YET
    last = min(seen, member.left - _HOUR)
    return {
        "user_id": 1_000 + member.number,
        "name": member.user,
        "created_on": _moment(member.hired),
        "deleted_on": _moment(dropped if dropped < now else NOT_YET),
        "login_name": member.email.upper(),
        "display_name": f"{member.first_name} {member.last_name}",
        "first_name": member.first_name,
        "last_name": member.last_name,
        "email": member.email,
        "must_change_password": False,
        "has_password": False,
        "comment": member.team,
        "disabled": member.left < NOT_YET,
        "snowflake_lock": False,
        "default_warehouse": "ANALYZING",
        "default_namespace": "DWH_REPORTING",
        "default_role": "PUBLIC",
        "ext_authn_duo": False,
        "has_mfa": True,
        "last_success_login": _moment(last) if last > member.hired else None,
        "has_rsa_public_key": False,
        "owner": "USERADMIN",
        "default_secondary_role": '["ALL"]',
        "type": "PERSON",
    }


def _service(number: int, service: Service, epoch: int, now: int) -> Row:
    made = epoch - service.since * _DAY + 9 * _HOUR
    ended = epoch + service.until * _DAY if service.until is not None else NOT_YET
    return {
        "user_id": 100 + number,
        "name": service.user,
        "created_on": _moment(made),
        "login_name": service.user,
        "display_name": service.user,
        "must_change_password": False,
        "has_password": not service.has_key,
        "comment": service.comment,
        "disabled": ended < now,
        "snowflake_lock": False,
        "default_warehouse": "TRANSFORMING",
        "default_role": service.role,
        "ext_authn_duo": False,
        "has_mfa": False,
        "last_success_login": _moment(min(now, ended) - 1 - 311 * (number + 1)),
        "has_rsa_public_key": service.has_key,
        "password_last_set_time": None if service.has_key else _moment(made),
        "owner": "USERADMIN",
        "default_secondary_role": None,
        "type": "SERVICE" if service.has_key else "LEGACY_SERVICE",
    }


def _roles(settings: CompanySettings, today: date) -> list[Row]:
    return [
        {
            "role_id": 10 + number,
            "created_on": _moment(made),
            "deleted_on": _moment(dropped),
            "name": role.name,
            "comment": role.comment,
            "owner": "USERADMIN" if dropped >= NOT_YET else None,
            "role_type": "ROLE",
            "owner_role_type": "ROLE" if dropped >= NOT_YET else None,
        }
        for number, (role, made, dropped) in enumerate(roles(settings, today))
    ]


def _grants_to_users(settings: CompanySettings, today: date) -> list[Row]:
    return [
        {
            "created_on": _moment(each.granted),
            "deleted_on": _moment(each.revoked),
            "role": each.role,
            "granted_to": "USER",
            "grantee_name": each.user,
            "granted_by": "SECURITYADMIN",
        }
        for each in user_grants(settings, today)
    ]


def _grants_to_roles(settings: CompanySettings, today: date) -> list[Row]:
    return [
        {
            "created_on": _moment(each.granted),
            "modified_on": _moment(each.granted if each.revoked >= NOT_YET else each.revoked),
            "privilege": each.privilege,
            "granted_on": each.kind,
            "name": each.name,
            "granted_to": "ROLE",
            "grantee_name": each.role,
            "grant_option": each.privilege == "OWNERSHIP",
            "granted_by": "SYSADMIN" if each.kind != "ROLE" else "SECURITYADMIN",
            "deleted_on": _moment(each.revoked),
            "granted_by_role_type": "ROLE",
        }
        for each in role_grants(settings, today)
    ]


def _databases(settings: CompanySettings, today: date) -> list[Row]:
    now = unix_seconds(today)
    return [
        {
            "database_id": 1 + number,
            "database_name": each.name,
            "database_owner": each.owner if each.deleted >= NOT_YET else None,
            "is_transient": "YES" if each.is_transient else "NO",
            "comment": each.comment,
            "created": _moment(each.created),
            "last_altered": _moment(min(each.deleted, now - 1)),
            "deleted": _moment(each.deleted),
            "retention_time": 1 if each.is_transient else 7,
            "type": each.kind,
            "owner_role_type": "ROLE" if each.owner is not None and each.deleted >= NOT_YET else None,
        }
        for number, each in enumerate(databases(settings, today))
    ]
