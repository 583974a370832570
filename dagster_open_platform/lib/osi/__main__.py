"""``python -m dagster_open_platform.lib.osi``: the command in ``command.py``, and nothing else."""

import sys

from dagster_open_platform.lib.osi.command import main

if __name__ == "__main__":
    sys.exit(main())
