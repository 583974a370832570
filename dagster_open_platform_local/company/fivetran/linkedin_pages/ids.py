"""What LinkedIn and Fivetran call things.

What belongs here: names and ids that several tables share. What does not: rows.
"""

from dagster_open_platform_local.company.fivetran.assembly import hexadecimals
from dagster_open_platform_local.company.fivetran.linkedin_pages.posts import PAGES
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.settings import CompanySettings

SCHEMA = "linkedin_pages"
PAGE_URNS = tuple(f"urn:li:organization:{number}" for number, _, _ in PAGES)
REACTIONS = ("click_count", "like_count", "comment_count", "share_count")
"""In the order of `statistics.reactions`."""


def fivetran_ids(settings: CompanySettings, table: str, keys: Integers) -> list[str]:
    """`_fivetran_id` of some rows of a table, by what each is known by on every date."""
    draws = Draws(settings.seed, f"linkedin_{table}", keys)
    halves = (hexadecimals(draws.bits("id"), 16), hexadecimals(draws.bits("id_low"), 16))
    return ["".join(each) for each in zip(*halves, strict=True)]
