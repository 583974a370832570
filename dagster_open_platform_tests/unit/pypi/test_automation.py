"""When the instances of ``defs/pypi`` run by themselves, evaluated by Dagster."""

import datetime as dt

import dagster as dg

from dagster_open_platform_tests.fixtures.pypi import DAILY, WEEKLY, days, pypi_definitions

DEFINITIONS = dg.Definitions.merge(
    pypi_definitions(), dg.Definitions(resources={"bigquery": None, "warehouse": None})
)


class Ticks:
    """The automation sensor's ticks over an instance."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance, self.cursor = instance, None

    def at(self, text: str) -> dg.EvaluateAutomationConditionsResult:
        result = dg.evaluate_automation_conditions(
            defs=DEFINITIONS,
            instance=self.instance,
            evaluation_time=dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC),
            cursor=self.cursor,
        )
        self.cursor = result.cursor
        return result

    def materialized(self, key: dg.AssetKey, partitions: list[dt.date]) -> None:
        for partition in partitions:
            self.instance.report_runless_asset_event(
                dg.AssetMaterialization(asset_key=key, partition=partition.isoformat())
            )


def test_yesterday_is_fetched_once_each_morning() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        ticks = Ticks(instance)
        times = ["2026-06-10T05:00", "2026-06-10T05:31", "2026-06-10T06:00", "2026-06-11T05:31"]
        requested = [ticks.at(time).get_requested_partitions(DAILY) for time in times]
    assert requested == [set(), {"2026-06-09"}, set(), {"2026-06-10"}]


def test_a_week_is_summed_up_when_all_its_days_are_there() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        ticks = Ticks(instance)
        ticks.at("2026-06-15T05:00")
        ticks.materialized(DAILY, days("2026-06-08", 6))
        assert ticks.at("2026-06-15T05:30").get_requested_partitions(WEEKLY) == set()
        ticks.materialized(DAILY, days("2026-06-14", 1))
        assert ticks.at("2026-06-15T05:40").get_requested_partitions(WEEKLY) == {"2026-06-08"}
        ticks.materialized(WEEKLY, days("2026-06-08", 1))
        assert ticks.at("2026-06-15T05:50").get_requested_partitions(WEEKLY) == set()
