"""Whether the tables that Fivetran loads agree with the product on who the company's customers are.

What belongs here: which checks stand on which asset, and how bad an answer is. What does not: the questions (``references.py``);
checks that every table of a connector has (``lib/fivetran``).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import dagster as dg

from dagster_open_platform.defs.fivetran.py.references import (
    ACCOUNTS,
    COMPANIES,
    DIRECTORIES,
    FIVETRAN,
    Found,
    References,
)
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.warehouse import TableRef, WarehouseResource

TOLERATED = 0.01
"""Part of the rows up to which a check warns: people mistype, and the product's tables are loaded at another time of the day."""


@dataclass(frozen=True)
class ReferenceCheck:
    """A check of one table against others.

    Args:
        schema: Of its table in Fivetran's database.
        table: The table.
        name: The check's.
        description: What holds.
        ask: The question.
        wrong: What is told of rows that are wrong, after their number.
        loaded: Further tables of the schema that it reads.
        directory: Tables of the product's directory that it reads.
        only_warns: However many rows are wrong.
    """

    schema: str
    table: str
    name: str
    description: str
    ask: Callable[[References], Found]
    wrong: str
    loaded: tuple[str, ...] = ()
    directory: tuple[str, ...] = ()
    only_warns: bool = False

    @property
    def asset(self) -> dg.AssetKey:
        """The table's asset."""
        return dg.AssetKey([FIVETRAN, self.schema, self.table])

    def spec(self) -> dg.AssetCheckSpec:
        """What Dagster knows of it."""
        return dg.AssetCheckSpec(
            self.name,
            asset=self.asset,
            description=self.description,
            additional_deps=[
                *(dg.AssetKey([FIVETRAN, self.schema, table]) for table in self.loaded),
                *(
                    dg.AssetKey(["sling", schema, table])
                    for schema in DIRECTORIES
                    for table in self.directory
                ),
            ],
        )

    def tables(self, references: References) -> list[TableRef]:
        """Everything that it reads."""
        loaded = [references.loaded(self.schema, table) for table in (self.table, *self.loaded)]
        return loaded + [ref for table in self.directory for ref in references.directories(table)]


CHECKS = (
    *(
        ReferenceCheck(
            naming.schema,
            naming.table,
            "organization_ids_are_valid",
            "Every organization id is one of the product's. Warns up to 1 % of the rows that have one, fails above.",
            partial(References.unknown_organizations, naming=naming),
            "name an organization that the product does not have",
            directory=("organizations",),
        )
        for naming in (ACCOUNTS, COMPANIES)
    ),
    ReferenceCheck(
        "salesforce",
        "account",
        "organizations_have_one_account",
        "No organization has two accounts: their deals would be told apart. Warns; sales merges them.",
        partial(References.organizations_named_twice, naming=ACCOUNTS),
        "are named by several accounts",
        only_warns=True,
    ),
    ReferenceCheck(
        "salesforce",
        "account",
        "customers_have_an_account",
        "Every organization with a billing address has an account. Warns up to 1 % of them, fails above.",
        partial(References.customers_not_named, naming=ACCOUNTS),
        "pay and have no account",
        directory=("organizations", "customer_info"),
    ),
    ReferenceCheck(
        "salesforce",
        "opportunity",
        "opportunities_have_an_account",
        "The account of every opportunity is there. Warns up to 1 % of them, fails above.",
        References.opportunities_without_account,
        "are of an account that is not there",
        loaded=("account",),
    ),
)


@dg.multi_asset_check(
    name="fivetran_reference_checks",
    specs=[check.spec() for check in CHECKS],
    can_subset=True,
    retry_policy=RETRIES,
    pool="warehouse",
)
def fivetran_reference_checks(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource
) -> Iterator[dg.AssetCheckResult]:
    """Asks the warehouse."""
    selected = context.selected_asset_check_keys
    with warehouse.connect() as connection:
        references = References(warehouse, connection)
        for check in CHECKS:
            if dg.AssetCheckKey(check.asset, check.name) in selected:
                yield result_of(check, references)


def result_of(check: ReferenceCheck, references: References) -> dg.AssetCheckResult:
    """Makes one check.

    Args:
        check: Which.
        references: The open warehouse.
    """
    missing = references.missing(*check.tables(references))
    if missing is not None:
        return dg.AssetCheckResult(
            asset_key=check.asset,
            check_name=check.name,
            passed=False,
            description=f"There is no table {missing} yet: materialize its asset first.",
        )
    return judged(check, check.ask(references))


def judged(check: ReferenceCheck, found: Found) -> dg.AssetCheckResult:
    """How bad an answer is.

    Args:
        check: Which.
        found: The answer.
    """
    tolerated = check.only_warns or found.wrong <= found.checked * TOLERATED
    return dg.AssetCheckResult(
        asset_key=check.asset,
        check_name=check.name,
        passed=found.wrong == 0,
        severity=dg.AssetCheckSeverity.WARN if tolerated else dg.AssetCheckSeverity.ERROR,
        metadata={
            "rows_checked": found.checked,
            "rows_violating": found.wrong,
            "sample": dg.MetadataValue.json(list(found.sample)),
        },
        description=(
            f"{found.wrong:,} of {found.checked:,} {check.wrong}, such as {_told(found.sample[0])}."
            if found.wrong
            else f"All {found.checked:,} are as they should be."
        ),
    )


def _told(row: dict[str, str]) -> str:
    return (
        f"{row['label']} ({row['id']}, {row['names']})"
        if row["names"] != row["id"]
        else f"{row['label']} ({row['id']})"
    )
