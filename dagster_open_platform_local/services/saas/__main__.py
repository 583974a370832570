"""``python -m dagster_open_platform_local.services.saas --port N --company DIR``."""

import os
import sys

from dagster_open_platform_local.services.saas.app import saas_app
from dagster_open_platform_local.services.server import parse_arguments, serve


def main() -> None:
    """Serves the vendors until TERM."""
    arguments = parse_arguments("saas")
    try:
        app = saas_app(arguments.company, os.environ)
    except ValueError as error:
        sys.exit(str(error))
    serve(app, arguments.port)


if __name__ == "__main__":
    main()
