"""The service as a process: what a kill leaves behind, and how much memory a large object takes."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from dagster_open_platform.lib.aws.buckets import BUCKETS, WORKSPACE
from dagster_open_platform_local.company.clock import CompanyClock, write_clock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.fixtures.s3_process import S3Process

KEYS = [f"a/{number}" for number in range(4)]
SIZE = 3 << 20
LARGE = 200 << 20
TURNS = 3
ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=20)


def body(version: int) -> bytes:
    return bytes([version]) * SIZE


class Writer(threading.Thread):
    """Writes one key again and again, with metadata that tell the version, until the server goes away."""

    def __init__(self, client: Any, key: str) -> None:
        super().__init__(daemon=True)
        self.key = key
        self.written = 0
        self.tried = 0
        self.begun = threading.Event()
        self._client = client

    def run(self) -> None:
        try:
            for version in range(1, 250):
                self.tried = version
                self._client.put_object(
                    Bucket=WORKSPACE, Key=self.key, Body=body(version), Metadata={"version": str(version)}
                )
                self.written = version
                self.begun.set()
        except (BotoCoreError, ClientError):
            pass


def test_a_kill_leaves_each_object_old_or_new(s3_process: S3Process) -> None:
    for _ in range(TURNS):
        writers = [Writer(s3_process.server.role_client(config=ONCE), key) for key in KEYS]
        for writer in writers:
            writer.start()
        for writer in writers:
            assert writer.begun.wait(60)
        # In the middle of what they do.
        s3_process.kill()
        for writer in writers:
            writer.join(60)
        s3_process.start()

        client = s3_process.server.client()
        for writer in writers:
            found = client.get_object(Bucket=WORKSPACE, Key=writer.key)
            version = int(found["Metadata"]["version"])
            assert version in (writer.written, writer.tried)
            assert found["Body"].read() == body(version)
        assert list((s3_process.state.s3 / ".incoming").iterdir()) == []
        assert list(s3_process.server.objects(WORKSPACE)) == KEYS


def test_an_upload_in_parts_goes_on_after_a_kill(s3_process: S3Process) -> None:
    at = {"Bucket": WORKSPACE, "Key": "key"}
    client = s3_process.server.role_client()
    upload = client.create_multipart_upload(**at)["UploadId"]
    first = client.upload_part(**at, UploadId=upload, PartNumber=1, Body=b"x" * (5 << 20))["ETag"]

    s3_process.kill()
    s3_process.start()

    # The session is good for its hour, whatever happened to the service.
    second = client.upload_part(**at, UploadId=upload, PartNumber=2, Body=b"y")["ETag"]
    assert s3_process.server.objects(WORKSPACE) == {}
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in ((1, first), (2, second))]
    client.complete_multipart_upload(**at, UploadId=upload, MultipartUpload={"Parts": parts})
    assert s3_process.server.objects(WORKSPACE) == {"key": b"x" * (5 << 20) + b"y"}


def test_a_large_object_takes_no_memory(s3_process: S3Process, tmp_path: Path) -> None:
    client = s3_process.server.role_client()
    source = tmp_path / "source"
    with source.open("wb") as file:
        file.truncate(LARGE)
    client.put_object(Bucket=WORKSPACE, Key="warm", Body=b"x" * (1 << 20))
    pid = s3_process.process.pid
    before = resident(pid)

    with Peak(pid) as peak:
        with source.open("rb") as file:
            client.put_object(Bucket=WORKSPACE, Key="large", Body=file)
        chunks = client.get_object(Bucket=WORKSPACE, Key="large")["Body"].iter_chunks(1 << 20)
        read = sum(len(chunk) for chunk in chunks)
        client.copy_object(Bucket=WORKSPACE, Key="copy", CopySource={"Bucket": WORKSPACE, "Key": "large"})

    assert read == LARGE == Path(s3_process.server.store.path(WORKSPACE, "copy")).stat().st_size
    assert peak.samples > 10
    assert peak.bytes - before < LARGE // 8


class Peak:
    """The most memory that a process has within a ``with`` block, sampled as often as can be."""

    def __init__(self, pid: int | None) -> None:
        self.bytes = self.samples = 0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.is_set():
            self.bytes = max(self.bytes, resident(self._pid))
            self.samples += 1


def resident(pid: int | None) -> int:
    """Memory of a process in bytes."""
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(shown.stdout) * 1024


def test_it_starts_with_the_accounts_buckets(s3_process: S3Process) -> None:
    buckets = s3_process.server.client().list_buckets()["Buckets"]

    assert [each["Name"] for each in buckets] == sorted(BUCKETS)


def test_without_keys_it_says_what_is_missing(tmp_path: Path) -> None:
    write_clock(tmp_path, CompanyClock(CompanySettings(), CompanySettings().epoch))
    command = [sys.executable, "-m", "dagster_open_platform_local.services.s3", "--port", "1"]
    places = ["--company", str(tmp_path), "--directory", str(tmp_path / "s3")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("S3_EMULATOR_")}

    done = subprocess.run([*command, *places], env=environment, capture_output=True, text=True, timeout=60)

    assert done.returncode == 1
    assert "Set S3_EMULATOR_ACCESS_KEY_ID and S3_EMULATOR_SECRET_ACCESS_KEY" in done.stderr
