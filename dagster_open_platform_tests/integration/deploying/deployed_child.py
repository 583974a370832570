"""Loads the code location in a process of its own and prints what it is: run by path in what is deployed, and imported by the test."""

import json
import sys
from typing import Any

import dagster as dg

import dagster_open_platform
from dagster_open_platform.definitions import build_definitions


def told(defs: dg.Definitions) -> dict[str, Any]:
    """Assets with dependencies, automation, freshness and links; checks, jobs, schedules and sensors by name."""
    graph = defs.resolve_asset_graph()
    assets = {
        spec.key.to_user_string(): [
            spec.group_name,
            sorted(dep.asset_key.to_user_string() for dep in spec.deps),
            spec.automation_condition and spec.automation_condition.get_label(),
            repr(spec.freshness_policy),
            sorted(each.url for each in spec.metadata["dagster/code_references"].code_references),
        ]
        for spec in defs.resolve_all_asset_specs()
    }
    return {
        "assets": assets,
        "checks": sorted(str(key) for key in graph.asset_check_keys),
        **{
            kind: sorted(each.name for each in getattr(defs, kind) or ())
            for kind in ("jobs", "schedules", "sensors")
        },
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"file": dagster_open_platform.__file__, **told(build_definitions())}))
