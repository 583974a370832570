"""The regions in which the platform runs, each a code location of its own.

What belongs here: what makes one region's code location another than the next one's. What does not: where a region runs
(``environment_helpers.py``), and what is in it (its own ``defs/``). Nothing is imported.

Two code locations of one Dagster share one namespace of asset keys. So every region but the first has a prefix, and no asset is in both.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """Where a company's customers have their data.

    Args:
        name: As dbt's variable `region` has it.
        key_prefix: What every asset key of the region begins with.
        infix: Stands in the names of the environment variables of the region's own systems, as in `SNOWFLAKE_EU_ACCOUNT` and
            `WAREHOUSE_EU_DUCKDB_DIR`.
    """

    name: str
    key_prefix: tuple[str, ...] = ()
    infix: str = ""

    @property
    def is_first(self) -> bool:
        """Whether it is the region that has the rest of the company, too."""
        return not self.key_prefix

    def variable(self, beginning: str, rest: str = "") -> str:
        """The name of an environment variable: `variable("WAREHOUSE", "DUCKDB_DIR")`."""
        return "_".join(filter(None, (f"{beginning}{self.infix}", rest)))


US = Region("us")
EU = Region("eu", key_prefix=("eu",), infix="_EU")
REGIONS = (US, EU)
