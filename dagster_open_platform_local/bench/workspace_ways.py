"""The processes of the measure of workspace replication: the store, and two ways of exploding what lies in it.

What belongs here: what each does. What does not: which are compared, and the ratios (`workspace.py`).

`python -m` of this module with the name of one of them is that process. `ours` and `bare` print one line of JSON; both first do
the same to a small day, so that what they import is there when the clock starts.
"""

import gzip
import json
import os
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dagster_open_platform.lib.aws.buckets import BUCKETS, WORKSPACE
from dagster_open_platform.lib.aws.workspace.layout import LISTS, RAW
from dagster_open_platform_local.bench.memory import peak_bytes
from dagster_open_platform_local.services.s3.store import ObjectStore

MODULE = "dagster_open_platform_local.bench.workspace_ways"
WARM_UP = "2026-01-01"
OBJECTS_A_SNAPSHOT = 50
"""A manifest and its parts."""
_ASSETS = 40
_COMPRESSED_BYTES = 4096


def location(number: int) -> dict[str, Any]:
    """A code location of usual size: about 10 kB."""
    keys = [["staging", f"table_{number}_{each}"] for each in range(_ASSETS)]
    return {
        "name": f"location_{number}",
        "image": f"registry.example.com/dagster:{number * 7919:040x}",
        "dagster_version": "1.13.27",
        "python_version": "3.12.7",
        "loaded_at": "2026-08-01T00:00:00Z",
        "load_error": None,
        "repositories": [
            {
                "name": "__repository__",
                "assets": [
                    {
                        "key": key,
                        "group": "staging",
                        "kinds": ["dbt", "snowflake"],
                        "description": f"What {key[1]} holds, told in as many words as people usually write.",
                        "partitions": "daily" if place % 2 else None,
                        "is_executable": True,
                        "deps": [["raw", key[1]]],
                    }
                    for place, key in enumerate(keys)
                ],
                "asset_checks": [
                    {"asset_key": key, "name": "is_fresh", "blocking": False} for key in keys[::3]
                ],
                "partitions": [{"name": "daily", "kind": "daily", "count": 400}],
                "pipelines": [{"name": f"job_{each}", "op_count": 5} for each in range(4)],
                "jobs": [
                    {"name": f"job_{each}", "is_asset_job": True, "tags": {"team": "data"}}
                    for each in range(4)
                ],
                "schedules": [],
                "sensors": [
                    {"name": "files", "type": "STANDARD", "interval_seconds": 60, "status": "RUNNING"}
                ],
                "resources": [{"name": "warehouse", "type": "SnowflakeResource", "is_top_level": True}],
            }
        ],
    }


def make(directory: Path, day: str, objects: int) -> None:
    """Put a day's snapshots into the store.

    Args:
        directory: Of the store.
        day: Of the snapshots.
        objects: How many in all; each snapshot has `OBJECTS_A_SNAPSHOT`.
    """
    store = ObjectStore(directory)
    store.create_buckets(BUCKETS)
    for number in range(objects // OBJECTS_A_SNAPSHOT):
        organization = f"org-{number:05}"
        head = {"organization": organization, "deployment": "prod", "snapshot_at": f"{day}T00:00:00Z"}
        folder, parts = f"{RAW}{day}/{organization}/", []
        for part in range(OBJECTS_A_SNAPSHOT - 1):
            body = json.dumps({**head, **location(part)}).encode()
            # Every seventh comes as it is.
            encoding, ending = ("identity", "") if part % 7 == 0 else ("zlib", ".z")
            body = zlib.compress(body) if encoding == "zlib" else body
            key = f"{folder}parts/{part:04}.json{ending}"
            parts.append({"key": key, "encoding": encoding, "bytes": len(body)})
            store.put(WORKSPACE, key, body)
        manifest = {"version": 2, **head, "parts": parts}
        store.put(WORKSPACE, f"{folder}manifest.json", json.dumps(manifest).encode())


def make_blob(directory: Path, day: str, locations: int) -> int:
    """Put one snapshot of the legacy format into the store, a part of it at a time; returns its bytes.

    Args:
        directory: Of the store.
        day: Of the snapshot.
        locations: How many code locations it has; each takes about 10 kB.
    """
    head = {"version": 1, "organization": "org-blob", "deployment": "prod", "snapshot_at": f"{day}T00:00:00Z"}
    begin = json.dumps({**head, "code_locations": []})[:-2]
    body = f"{begin}{','.join(json.dumps(location(number)) for number in range(locations))}]}}".encode()
    ObjectStore(directory).put(WORKSPACE, f"{RAW}{day}/org-blob/workspace.json", body)
    return len(body)


def serve(directory: Path, port: int) -> None:
    """Serve the store, with the access key of the environment."""
    from dagster_open_platform_local.services.s3.app import S3App
    from dagster_open_platform_local.services.s3.credentials import S3Credentials
    from dagster_open_platform_local.services.s3.sessions import Sessions
    from dagster_open_platform_local.services.server import serve as serve_app

    serve_app(S3App(ObjectStore(directory), Sessions.of_platform(S3Credentials.of(os.environ))), port)


def ours(day: str, staging: str) -> int:
    """Stage a day as the platform does; returns the rows."""
    from dagster_open_platform.lib.aws.resource import WORKSPACE_ROLE_VARIABLE, S3StoreResource
    from dagster_open_platform.lib.aws.workspace.layout import Layout
    from dagster_open_platform.lib.aws.workspace.replicate import Replication

    with S3StoreResource().connect(WORKSPACE_ROLE_VARIABLE) as store:
        result = Replication(store, Layout(staging)).run(day, day)
    found = result.days[day]
    if result.failures or found.missing or found.new != found.staged:
        raise RuntimeError(f"{found.new} new snapshots of {found.staged}, failures: {result.failures}")
    return sum(found.amounts.rows.values())


def bare(day: str, staging: str) -> int:
    """Do the same with a loop over boto3 and what Python has; returns the rows."""
    from boto3.session import Session

    given = (
        Session()
        .client("sts")
        .assume_role(RoleArn=os.environ["WORKSPACE_REPLICATION_ROLE_ARN"], RoleSessionName="bench")[
            "Credentials"
        ]
    )
    client = Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]).client("s3")
    folders: dict[str, list[str]] = defaultdict(list)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=WORKSPACE, Prefix=f"{RAW}{day}/"):
        for found in page.get("Contents", ()):
            folders[found["Key"].split("/")[3]].append(found["Key"])
    total = 0
    for organization in folders:
        total += _explode(client, day, organization, staging)
    return total


def _explode(client: Any, day: str, organization: str, staging: str) -> int:
    def read(key: str) -> bytes:
        return client.get_object(Bucket=WORKSPACE, Key=key)["Body"].read()

    folder = f"{RAW}{day}/{organization}/"
    manifest = json.loads(read(f"{folder}manifest.json"))
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for part in manifest["parts"]:
        body = read(part["key"])
        found = json.loads(zlib.decompress(body) if part["encoding"] == "zlib" else body)
        context = {name: found[name] for name in ("organization", "deployment", "snapshot_at")}
        context |= {"code_location": found["name"], "source_key": part["key"]}
        rows["code_locations"].append({**context, **{k: v for k, v in found.items() if k != "repositories"}})
        for repository in found["repositories"]:
            context["repository"] = repository["name"]
            rows["repositories"].append({**context, "name": repository["name"]})
            for kind in LISTS:
                rows[kind] += [{**context, **each} for each in repository[kind]]
    rows["workspaces"].append({"organization": organization, "version": 2})
    for kind, found in rows.items():
        lines = "".join(json.dumps(row) + "\n" for row in found)
        body = gzip.compress(lines.encode(), compresslevel=4, mtime=0)
        client.put_object(Bucket=WORKSPACE, Key=f"{staging}/{kind}/{day}/{organization}.jsonl.gz", Body=body)
    return sum(map(len, rows.values()))


def measured(way: Callable[[str, str], int], day: str, staging: str) -> dict[str, float]:
    """Seconds, rows, and by how many bytes the peak of resident memory grew.

    Args:
        way: Explodes a day, into a folder.
        day: Which.
        staging: Folder that nobody else uses.
    """
    way(WARM_UP, staging)
    before = peak_bytes()
    start = time.perf_counter()
    rows = way(day, staging)
    seconds = time.perf_counter() - start
    peak = peak_bytes()
    return {"seconds": seconds, "rows": rows, "peak": peak, "grown": peak - before}


def main() -> None:
    """Be one of the processes."""
    name, *arguments = sys.argv[1:]
    if name == "serve":
        serve(Path(arguments[0]), int(arguments[1]))
    else:
        print(json.dumps(measured({"ours": ours, "bare": bare}[name], *arguments)))  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main()
