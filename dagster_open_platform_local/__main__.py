"""``python -m dagster_open_platform_local``; the commands are in `cli.py`."""

from dagster_open_platform_local.cli import main

if __name__ == "__main__":
    main()
