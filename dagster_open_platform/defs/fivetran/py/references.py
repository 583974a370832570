"""Where the tables that Fivetran loads speak of the company's own customers, and the questions that find what is wrong there.

What belongs here: tables, columns and SQL. What does not: which answer is how bad (``checks.py``).

A customer is known by the id of its organization, the number or the public one. Salesforce and HubSpot keep it in a field of the
company's own, which people and integrations fill: it may be text or a number, and may be anything.
"""

from dataclasses import dataclass

from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WarehouseResource

FIVETRAN, PRODUCT = "fivetran", "purina"
DIRECTORIES = ("cloud_product", "cloud_product_xregion")
"""Schemas of the product's directories: one a region, and an organization that moved is in both."""
SAMPLE = 20
"""Rows that are shown of those that are wrong."""


@dataclass(frozen=True)
class Naming:
    """A table whose rows name organizations.

    Args:
        schema: In Fivetran's database.
        table: There.
        column: Holds an id of the organization; null: the row is of nobody who has an account with the product.
        identifier: Which id: the column of `organizations`.
        label: Holds a name that people recognize.
        live: SQL that holds for rows that the source has not deleted.
    """

    schema: str
    table: str
    column: str
    identifier: str
    label: str
    live: str


_LIVE = "NOT COALESCE(is_deleted OR _fivetran_deleted, FALSE)"
ACCOUNTS = Naming("salesforce", "account", "organization_id_c", "public_id", "name", _LIVE)
COMPANIES = Naming("hubspot", "company", "property_organization_id", "id", "property_name", _LIVE)


@dataclass(frozen=True)
class Found:
    """The answer to one question.

    Args:
        checked: Rows that were looked at.
        wrong: How many of them are wrong.
        sample: Some of those, as rows of texts.
    """

    checked: int
    wrong: int
    sample: tuple[dict[str, str], ...]


class References:
    """The questions, asked through an open warehouse.

    Args:
        warehouse: Names tables.
        connection: Reads them.
    """

    def __init__(self, warehouse: WarehouseResource, connection: WarehouseConnection) -> None:
        self._warehouse = warehouse
        self._connection = connection

    def missing(self, *tables: TableRef) -> TableRef | None:
        """The first of some tables that is not there yet."""
        return next((table for table in tables if self._connection.columns(table) is None), None)

    def loaded(self, schema: str, table: str) -> TableRef:
        """A table that Fivetran loads."""
        return self._warehouse.table(FIVETRAN, schema, table)

    def directories(self, table: str) -> list[TableRef]:
        """A table of the product's directory, of every region."""
        return [self._warehouse.table(PRODUCT, schema, table) for schema in DIRECTORIES]

    def unknown_organizations(self, naming: Naming) -> Found:
        """Rows that name an organization which the product does not have."""
        return self._found(
            f"""
            SELECT named.id, named.label, named.organization_id AS names, organizations.id IS NULL AS is_wrong
            FROM ({self._named(naming)}) AS named
            LEFT JOIN ({self._organizations()}) AS organizations
                ON organizations.{naming.identifier} = named.organization_id
            """  # noqa: S608
        )

    def organizations_named_twice(self, naming: Naming) -> Found:
        """Organizations that several rows name."""
        return self._found(
            f"""
            SELECT organization_id AS id, MIN(label) AS label, CAST(COUNT(*) AS VARCHAR) AS names,
                COUNT(*) > 1 AS is_wrong
            FROM ({self._named(naming)}) AS named
            GROUP BY organization_id
            """  # noqa: S608
        )

    def customers_not_named(self, naming: Naming) -> Found:
        """Organizations with a billing address that no row names. Internal test organizations are none of sales' business."""
        customers = " UNION ".join(
            f"SELECT CAST(organization_id AS VARCHAR) AS id FROM {self._connection.quoted(table)}"  # noqa: S608
            for table in self.directories("customer_info")
        )
        return self._found(
            f"""
            SELECT customers.id, organizations.name AS label, organizations.public_id AS names,
                named.organization_id IS NULL AS is_wrong
            FROM ({customers}) AS customers
            JOIN ({self._organizations()}) AS organizations ON organizations.id = customers.id
            LEFT JOIN (SELECT DISTINCT organization_id FROM ({self._named(naming)}) AS every_name) AS named
                ON named.organization_id = organizations.{naming.identifier}
            WHERE NOT organizations.is_internal
            """  # noqa: S608
        )

    def opportunities_without_account(self) -> Found:
        """Opportunities that live, of an account that does not."""
        opportunities, accounts = (
            self.loaded("salesforce", "opportunity"),
            self.loaded("salesforce", "account"),
        )
        return self._found(
            f"""
            SELECT opportunities.id, opportunities.name AS label, opportunities.account_id AS names,
                accounts.id IS NULL AS is_wrong
            FROM (SELECT * FROM {self._connection.quoted(opportunities)} WHERE {ACCOUNTS.live}) AS opportunities
            LEFT JOIN (SELECT id FROM {self._connection.quoted(accounts)} WHERE {ACCOUNTS.live}) AS accounts
                ON accounts.id = opportunities.account_id
            WHERE opportunities.account_id IS NOT NULL
            """  # noqa: S608
        )

    def _named(self, naming: Naming) -> str:
        """Rows that live and name an organization: id, label, and the organization's id as text."""
        text = f"TRIM(CAST({naming.column} AS VARCHAR))"
        if naming.identifier == "id":
            # A number may be kept as a float, which one engine writes with and the other without its .0.
            text = f"REGEXP_REPLACE({text}, '[.]0$', '')"
        table = self._connection.quoted(self.loaded(naming.schema, naming.table))
        return f"""
            SELECT CAST(id AS VARCHAR) AS id, {naming.label} AS label, {text} AS organization_id
            FROM {table} WHERE {naming.live} AND TRIM(CAST({naming.column} AS VARCHAR)) <> ''
        """  # noqa: S608

    def _organizations(self) -> str:
        """Every organization of the product once: its ids as text, its name, and whether it is internal."""
        each = " UNION ALL ".join(
            f"SELECT id, public_id, name, is_internal FROM {self._connection.quoted(table)}"  # noqa: S608
            for table in self.directories("organizations")
        )
        return f"""
            SELECT CAST(id AS VARCHAR) AS id, MIN(public_id) AS public_id, MIN(name) AS name,
                MAX(CAST(is_internal AS INTEGER)) = 1 AS is_internal
            FROM ({each}) AS directories GROUP BY id
        """  # noqa: S608

    def _found(self, judged: str) -> Found:
        """Counts rows with ``id``, ``label``, ``names`` (what the row names) and ``is_wrong``, and shows some that are wrong."""
        query = self._connection.query
        counts = query(
            f"SELECT COUNT(*) AS checked, COALESCE(SUM(CASE WHEN is_wrong THEN 1 ELSE 0 END), 0) AS wrong FROM ({judged}) AS j"  # noqa: S608
        ).to_pylist()[0]
        shown = query(
            f"SELECT id, label, names FROM ({judged}) AS j WHERE is_wrong ORDER BY id LIMIT {SAMPLE}"  # noqa: S608
        ).to_pylist()
        sample = tuple({name: str(value) for name, value in row.items()} for row in shown)
        return Found(int(counts["checked"]), int(counts["wrong"]), sample)
