"""A stand-in service: answers ``/_health``, and misbehaves as told.

    python -m dagster_open_platform_tests.integration.stack.stand_in MODE PORT

What belongs here: ways in which a service can behave towards its supervisor. What does not: assertions.
"""

import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        pass


def main(mode: str, port: int) -> None:
    """Behave.

    Args:
        mode: ``good``; ``stubborn`` ignores TERM; ``family`` starts two children, one of them in a session of its own,
            and writes their pids to stdout; ``sick`` never listens; ``dead`` ends with code 3 at once; ``token`` is good
            and says whether it got a secret.
        port: Where to listen.
    """
    if mode == "dead":
        sys.stderr.write("first line\nthe reason for its death\n")
        sys.exit(3)
    if mode == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if mode == "sick":
        sys.stdout.write("waiting for better days\n")
        sys.stdout.flush()
        threading.Event().wait()
    if mode == "family":
        sleep = [sys.executable, "-c", "import signal; signal.pause()"]
        children = [subprocess.Popen(sleep), subprocess.Popen(sleep, start_new_session=True)]
        sys.stdout.write(f"children {' '.join(str(child.pid) for child in children)}\n")
        sys.stdout.flush()
    if mode == "token":
        sys.stdout.write(f"secret {'STAND_IN_SECRET' in os.environ}\n")
        sys.stdout.flush()
    HTTPServer(("127.0.0.1", port), _Handler).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
