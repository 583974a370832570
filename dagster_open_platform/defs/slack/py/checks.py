"""Checks of the tables of Slack that look at the whole table, and may run without a fetch.

What belongs here: what must hold of the tables at any time; each check is a query of `sql/` that counts rows for which it does not hold.
What does not: checks of a single fetch, which run with it (`assets.py`); their op (`lib/table_checks.py`).
"""

from dagster import AssetCheckSeverity

from dagster_open_platform.defs.slack.py.assets import SQL, key_of, table_of
from dagster_open_platform.lib.table_checks import Judgement, Look, TableCheck, table_checks


def counted(
    table: str,
    name: str,
    description: str,
    others: tuple[str, ...] = (),
    severity: AssetCheckSeverity = AssetCheckSeverity.ERROR,
) -> TableCheck:
    """A check whose query finds the number of rows, as `bad`, for which it does not hold.

    Args:
        table: That it stands on.
        name: Also of its query's file.
        description: What must hold.
        others: Further tables that the query reads.
        severity: When it does not.
    """

    def judge(look: Look) -> Judgement:
        bad = look.rows((SQL / f"{name}.sql").read_text(encoding="utf-8"))["bad"][0].as_py()
        return Judgement(bad == 0, f"{bad} rows violate it. {description}", {"rows_violating": bad})

    return TableCheck(table, name, description, judge, others, severity)


CHECKS = (
    counted("users", "user_ids_are_unique", "No id stands in the table twice."),
    counted("channels", "channel_ids_are_unique", "No id stands in the table twice."),
    counted("member_analytics", "members_are_there_once_a_day", "No member has two rows of one day."),
    counted(
        "member_analytics",
        "members_are_known",
        "Who did something is among the members. Members are fetched at night, so somebody may be new.",
        ("users",),
        AssetCheckSeverity.WARN,
    ),
    counted(
        "member_metrics",
        "metrics_add_up",
        "Members are those of the day before, and who came, less who left; none posts who is not active, none is active who is no member.",
    ),
)

slack_table_checks = table_checks("slack_table_checks", CHECKS, key_of, table_of)
