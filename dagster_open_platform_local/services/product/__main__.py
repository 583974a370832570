"""Starts the product: ``python -m dagster_open_platform_local.services.product --port N --company DIR``.

Reads the URLs of its databases from `follower.URL_VARIABLES`. It ends with exit code 1 if it cannot go on: if a database was
made from another company, is ahead of it, or was written by somebody else. A server that is away is waited for.
"""

import os
import signal
import sys

from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.company.errors import CompanyError
from dagster_open_platform_local.services.product.app import ProductApp
from dagster_open_platform_local.services.product.errors import ProductError
from dagster_open_platform_local.services.product.follower import Follower, urls_from
from dagster_open_platform_local.services.server import parse_arguments, serve


def main() -> None:
    """Write and serve until told to stop."""
    arguments = parse_arguments("product")
    try:
        read_clock(arguments.company)
        urls = urls_from(os.environ)
    except (CompanyError, ProductError) as error:
        sys.exit(str(error))
    # The server takes it for Ctrl-C, ends in good order and lets us say why.
    follower = Follower(arguments.company, urls, on_end=lambda: os.kill(os.getpid(), signal.SIGINT))
    serve(ProductApp(follower), arguments.port)
    if follower.failure:
        sys.exit(follower.failure)


if __name__ == "__main__":
    main()
