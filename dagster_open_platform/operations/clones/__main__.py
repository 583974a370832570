"""Runs the command of clones; nothing else belongs here."""

import logging
import sys

from dagster_open_platform.operations.clones.command import main

if __name__ == "__main__":
    logging.disable(logging.WARNING)
    sys.exit(main())
