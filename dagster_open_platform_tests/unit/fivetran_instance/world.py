"""A small product and a small CRM, in which anything may be wrong, and what a check must find there.

What belongs here: making them, and an independent computation of the answers. What does not: assertions.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import chain

import pyarrow as pa
from hypothesis import strategies as st

from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection

DATABASES = {"purina": "purina", "fivetran": "fivetran"}
Regions = tuple[dict[int, bool], dict[int, bool]]


@dataclass(frozen=True)
class World:
    """What the tables hold.

    Args:
        organizations: By region, ids and whether the organization is internal.
        customers: By region, ids of those that pay.
        accounts: What Salesforce has as an account's organization, what HubSpot has, and whether both have deleted it.
        opportunities: Number of an account, and whether the opportunity was deleted.
    """

    organizations: Regions
    customers: tuple[frozenset[int], frozenset[int]]
    accounts: tuple[tuple[str | None, int | None, bool], ...]
    opportunities: tuple[tuple[int | None, bool], ...]

    def write(self, connection: WarehouseConnection) -> None:
        """Replaces all tables."""
        for schema, organizations, customers in zip(
            ("cloud_product", "cloud_product_xregion"), self.organizations, self.customers, strict=True
        ):
            ids = list(organizations)
            directory = pa.table(
                {
                    "id": pa.array(ids, pa.int64()),
                    "public_id": pa.array([f"org_{each}" for each in ids], pa.string()),
                    "name": pa.array([f"Org {each}" for each in ids], pa.string()),
                    "is_internal": pa.array([organizations[each] for each in ids], pa.bool_()),
                }
            )
            connection.replace_table(TableRef("purina", schema, "organizations"), directory)
            paying = pa.table({"organization_id": pa.array(sorted(customers), pa.int64())})
            connection.replace_table(TableRef("purina", schema, "customer_info"), paying)
        self._write_crm(connection)

    def _write_crm(self, connection: WarehouseConnection) -> None:
        named = [name for name, _, _ in self.accounts]
        deleted = pa.array([gone for _, _, gone in self.accounts], pa.bool_())
        ids = pa.array([f"001{number}" for number in range(len(named))], pa.string())
        labels = pa.array([f"Account {number}" for number in range(len(named))], pa.string())
        never = pa.nulls(len(named), pa.bool_())
        account = {"id": ids, "name": labels, "organization_id_c": pa.array(named, pa.string())}
        account |= {"is_deleted": deleted, "_fivetran_deleted": never}
        connection.replace_table(TableRef("fivetran", "salesforce", "account"), pa.table(account))
        # HubSpot has no whole numbers.
        numbers = [None if number is None else float(number) for _, number, _ in self.accounts]
        company = {"id": pa.array(range(len(named)), pa.int64()), "property_name": labels}
        company |= {"property_organization_id": pa.array(numbers, pa.float64())}
        company |= {"is_deleted": pa.nulls(len(named), pa.bool_()), "_fivetran_deleted": deleted}
        connection.replace_table(TableRef("fivetran", "hubspot", "company"), pa.table(company))
        opportunity = {
            "id": pa.array([f"006{number}" for number in range(len(self.opportunities))], pa.string()),
            "name": pa.array(["Renewal"] * len(self.opportunities), pa.string()),
            "account_id": pa.array(
                [None if number is None else f"001{number}" for number, _ in self.opportunities], pa.string()
            ),
            "is_deleted": pa.array([gone for _, gone in self.opportunities], pa.bool_()),
            "_fivetran_deleted": pa.nulls(len(self.opportunities), pa.bool_()),
        }
        connection.replace_table(TableRef("fivetran", "salesforce", "opportunity"), pa.table(opportunity))

    @property
    def named(self) -> list[str]:
        """What living accounts name."""
        return [name.strip() for name, _, gone in self.accounts if not gone and name and name.strip()]

    @property
    def numbers(self) -> list[int]:
        """What living companies name."""
        return [number for _, number, gone in self.accounts if not gone and number is not None]

    def expected(self) -> dict[tuple[str, str], tuple[int, int]]:
        """By table and check: rows that are looked at, and rows that are wrong."""
        of_accounts, of_companies = Counter(self.named), Counter(self.numbers)
        known = {*chain(*self.organizations)}
        internal = {each for region in self.organizations for each, is_so in region.items() if is_so}
        customers = {*chain(*self.customers)} & known - internal
        living = {number for number, (_, _, gone) in enumerate(self.accounts) if not gone}
        of = [number for number, gone in self.opportunities if number is not None and not gone]
        return {
            ("account", "organization_ids_are_valid"): (
                of_accounts.total(),
                sum(
                    count
                    for name, count in of_accounts.items()
                    if name not in {f"org_{each}" for each in known}
                ),
            ),
            ("company", "organization_ids_are_valid"): (
                of_companies.total(),
                sum(count for number, count in of_companies.items() if number not in known),
            ),
            ("account", "organizations_have_one_account"): (
                len(of_accounts),
                sum(count > 1 for count in of_accounts.values()),
            ),
            ("account", "customers_have_an_account"): (
                len(customers),
                sum(f"org_{each}" not in of_accounts for each in customers),
            ),
            ("opportunity", "opportunities_have_an_account"): (
                len(of),
                sum(number not in living for number in of),
            ),
        }


def worlds() -> st.SearchStrategy[World]:
    """Worlds with few ids, so that many meet."""
    ids = st.integers(1, 12)
    directory = st.dictionaries(ids, st.booleans(), max_size=8)
    # Internal or not is the same in both regions.
    regions = st.tuples(directory, directory).map(lambda both: (both[0], {**both[1], **_shared(*both)}))
    right = ids.map("org_{}".format)
    typed = st.one_of(
        right, right.map(" {} ".format), st.sampled_from((None, "", "  ", "ORG_1", "1", "org_1.0"))
    )
    return st.builds(
        World,
        regions,
        st.tuples(st.frozensets(ids, max_size=6), st.frozensets(ids, max_size=6)),
        st.lists(st.tuples(typed, st.none() | ids, st.booleans()), max_size=12).map(tuple),
        st.lists(st.tuples(st.none() | st.integers(0, 14), st.booleans()), max_size=8).map(tuple),
    )


def _shared(main: dict[int, bool], other: dict[int, bool]) -> dict[int, bool]:
    return {each: main[each] for each in other if each in main}
