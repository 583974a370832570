"""Runs the command of `why`; nothing else belongs here."""

import logging
import sys
import warnings

from dagster_open_platform.operations.why.command import main

if __name__ == "__main__":
    # What is beta in a Dagster whose exact version is pinned tells a person nothing.
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    sys.exit(main())
