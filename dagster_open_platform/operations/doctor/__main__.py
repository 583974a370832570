"""Runs the doctor's command; nothing else belongs here."""

import logging
import sys

from dagster_open_platform.operations.doctor.command import main

if __name__ == "__main__":
    # Clients warn about what is reported here anyhow.
    logging.disable(logging.WARNING)
    sys.exit(main())
