"""The S3 service with its deliverer as the stack starts it: a process of its own.

What belongs here: starting, asking, killing and ending it. What does not: what is delivered.
"""

import http.client
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from dagster_open_platform_local.company.clock import CompanyClock, write_clock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.s3.credentials import S3Credentials
from dagster_open_platform_local.stack.environment import base_environment
from dagster_open_platform_local.stack.ports import free_port
from dagster_open_platform_local.stack.process import GuardedProcess
from dagster_open_platform_local.stack.services import s3_service
from dagster_open_platform_local.stack.supervisor import wait_until_healthy
from dagster_open_platform_local.state import LocalState

_END_SECONDS = 30.0
_POLL_SECONDS = 0.02


class RunningS3:
    """The service over one state directory; it cannot outlive this process.

    Args:
        directory: Of the state.
    """

    def __init__(self, directory: Path) -> None:
        self.state = LocalState(directory)
        self.state.create()
        self.log = self.state.logs / "s3.log"
        self._service = s3_service(self.state, S3Credentials.new())
        self._port = free_port()
        self._process: GuardedProcess | None = None

    def set_date(self, settings: CompanySettings, today: date) -> None:
        """Move the company's clock; the service needs nothing else of it."""
        write_clock(self.state.company, CompanyClock(settings, today))

    @property
    def process(self) -> GuardedProcess:
        """The process that was begun last."""
        assert self._process is not None, "not started yet"
        return self._process

    def begin(self) -> None:
        """Start it without waiting until it is well."""
        environment = {**base_environment(self.state), **self._service.secrets}
        self._process = GuardedProcess("s3", self._service.command(self._port), environment, self.log)
        self._process.start()

    def wait(self) -> None:
        """Wait until the buckets are at the company's date."""
        wait_until_healthy(self.process, self._service, self._port)

    def health(self) -> tuple[int, str]:
        """Status and reason; zero and nothing while nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("GET", "/_health")
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read()).get("reason", "")
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def kill_once_there_are(self, objects: int) -> None:
        """``kill -9`` as soon as so many objects are there."""
        assert self.process.pid is not None
        while sum(path.is_file() for path in self.state.s3.glob("[!.]*/**/*")) < objects:
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(_POLL_SECONDS)
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(_END_SECONDS)

    def end(self) -> int | None:
        """Wait for its end by itself; the exit code."""
        return self.process.wait(_END_SECONDS)

    def client(self) -> Any:
        """A client of boto3 with the platform's access key."""
        from boto3.session import Session

        assert self._service.provides is not None
        given = self._service.provides(self._port)
        return Session().client(
            "s3",
            endpoint_url=given["AWS_ENDPOINT_URL_S3"],
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
            region_name=given["AWS_REGION"],
        )

    def stop(self) -> None:
        """End it as the stack does."""
        if self._process:
            self._process.stop()


@contextmanager
def s3_process(directory: Path) -> Iterator[RunningS3]:
    """A service that is not started yet, over empty buckets."""
    found = RunningS3(directory)
    try:
        yield found
    finally:
        found.stop()
