"""``python -m dagster_open_platform_local.services.saas --port N --company DIR --warehouse DIR``."""

import argparse
import os
import sys
from pathlib import Path

from dagster_open_platform_local.services.saas.app import saas_app
from dagster_open_platform_local.services.server import serve


def main() -> None:
    """Serves the vendors until TERM."""
    parser = argparse.ArgumentParser(prog="python -m dagster_open_platform_local.services.saas")
    parser.add_argument("--port", type=int, required=True, help="TCP port on 127.0.0.1")
    parser.add_argument("--company", type=Path, required=True, help="directory of the simulated company")
    parser.add_argument("--warehouse", type=Path, required=True, help="directory of the laptop's warehouse")
    arguments = parser.parse_args()
    try:
        app = saas_app(arguments.company, arguments.warehouse, os.environ)
    except ValueError as error:
        sys.exit(str(error))
    serve(app, arguments.port)


if __name__ == "__main__":
    main()
