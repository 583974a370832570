"""The objects of the CRM into which others write, and their fields.

What belongs here: which there are, and what they are called at the vendor and in Fivetran's tables. What does not: what a field accepts
(`rules.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from dagster_open_platform_local.company.fivetran.layouts import layouts

SALESFORCE, HUBSPOT = "salesforce", "hubspot"
_HUBSPOT_PREFIX = "property_"


@dataclass(frozen=True)
class Field:
    """A field that may be written.

    Args:
        column: In Fivetran's table.
        name: At the vendor.
        type: Fivetran's.
        choices: The only values that it takes; empty: any.
        is_email: Whether it takes e-mail addresses only.
        between: The least and the greatest number that it takes.
        is_tracked: Whether the vendor keeps its history.
    """

    column: str
    name: str
    type: str
    choices: tuple[str, ...] = ()
    is_email: bool = False
    between: tuple[float, float] | None = None
    is_tracked: bool = False

    @property
    def label(self) -> str:
        """What people see."""
        return self.column.removeprefix(_HUBSPOT_PREFIX).removesuffix("_c").replace("_", " ").title()


@dataclass(frozen=True)
class CrmObject:
    """A kind of record.

    Args:
        vendor: `salesforce` or `hubspot`, which is also the schema of Fivetran's tables.
        name: At the vendor, as in its REST paths.
        table: Fivetran's.
        created: The column of when a record was made.
        modified: The columns of when it was last changed.
        parent: The column of the history that names the record.
    """

    vendor: str
    name: str
    table: str
    created: str
    modified: tuple[str, ...]
    parent: str

    @property
    def fields(self) -> Mapping[str, Field]:
        """The fields that may be written, by their column in Fivetran's table."""
        return _fields(self)

    @property
    def history(self) -> str:
        """Fivetran's table of its history."""
        return f"{self.table}_history" if self.vendor == SALESFORCE else f"{self.table}_property_history"


_SALESFORCE_MODIFIED = ("last_modified_date", "system_modstamp")
ACCOUNT = CrmObject(SALESFORCE, "Account", "account", "created_date", _SALESFORCE_MODIFIED, "account_id")
CONTACT = CrmObject(SALESFORCE, "Contact", "contact", "created_date", _SALESFORCE_MODIFIED, "contact_id")
COMPANIES = CrmObject(
    HUBSPOT,
    "companies",
    "company",
    "property_createdate",
    ("property_hs_lastmodifieddate",),
    "company_id",
)
CONTACTS = CrmObject(
    HUBSPOT,
    "contacts",
    "contact",
    "property_createdate",
    ("property_lastmodifieddate",),
    "contact_id",
)
OBJECTS = (ACCOUNT, CONTACT, COMPANIES, CONTACTS)

_LIFECYCLES = ("FREE", "CUSTOMER", "CHURNED")
_CHOICES = {
    "dagster_lifecycle_c": _LIFECYCLES,
    "dagster_health_band_c": ("RED", "YELLOW", "GREEN"),
    "dagster_agent_type_c": ("HYBRID", "SERVERLESS", "MIXED"),
    "property_dagster_lifecycle": _LIFECYCLES,
}
_BETWEEN = {"dagster_health_score_c": (0.0, 100.0), "dagster_success_rate_c": (0.0, 1.0)}
_TRACKED = frozenset(
    {
        "dagster_arr_c",
        "dagster_health_band_c",
        "dagster_lifecycle_c",
        "dagster_plan_c",
        "property_dagster_arr",
        "property_dagster_is_customer",
        "property_dagster_lifecycle",
        "property_dagster_product_plan",
        "property_dagster_user_is_active",
    }
)
_NOT_WRITTEN = frozenset({"property_dagster_plan", "property_dagster_user_id"})
"""Older fields, which the product's own integration keeps."""
_EMAILS = frozenset({"email", "property_email"})


@lru_cache(maxsize=1024)
def field_name(vendor: str, column: str) -> str:
    """What a column of Fivetran's is called at the vendor.

    Fivetran writes names in lower case with underscores, and puts `property_` before those of HubSpot
    (https://fivetran.com/docs/connectors/applications/salesforce, …/hubspot). A field of the company's own ends with `__c` in Salesforce.
    """
    if vendor == HUBSPOT:
        return column.removeprefix(_HUBSPOT_PREFIX)
    words = [word.capitalize() for word in column.removesuffix("_c").split("_")]
    return f"{'_'.join(words)}__c" if column.endswith("_c") else "".join(words)


def _field(vendor: str, column: str, kind: str) -> Field:
    return Field(
        column,
        field_name(vendor, column),
        kind,
        choices=_CHOICES.get(column, ()),
        is_email=column in _EMAILS,
        between=_BETWEEN.get(column),
        is_tracked=column in _TRACKED,
    )


def _is_written(column: str) -> bool:
    ours = column.startswith(("dagster_", "property_dagster_"))
    return column in _EMAILS or (ours and column not in _NOT_WRITTEN)


@lru_cache(maxsize=len(OBJECTS))
def _fields(thing: CrmObject) -> Mapping[str, Field]:
    columns = layouts(thing.vendor)[thing.table].columns
    return {
        each.name: _field(thing.vendor, each.name, each.type) for each in columns if _is_written(each.name)
    }
