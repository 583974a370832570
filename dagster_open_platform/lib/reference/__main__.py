"""``python -m dagster_open_platform.lib.reference INSTANCES... PAGES``: write a page for each component, an index, and what the UI shows.

What belongs here: the command. What does not: what stands in a page (``pages.py``).
"""

import argparse
import sys
from pathlib import Path

from dagster_open_platform.lib.reference.pages import pages
from dagster_open_platform.lib.reference.ui import ui_docs


def main() -> None:
    """Writes the pages; one of a component that is no more is removed."""
    parser = argparse.ArgumentParser(
        prog="python -m dagster_open_platform.lib.reference", description=__doc__
    )
    parser.add_argument(
        "instances", type=Path, nargs="+", help="folders of the instances that serve as examples"
    )
    parser.add_argument("pages", type=Path, help="folder of the pages")
    parser.add_argument("--ui", type=Path, help="the file that the UI's docs are loaded from")
    arguments = parser.parse_args()
    for folder in arguments.instances:
        if not folder.is_dir():
            parser.error(f"there is no folder {folder}.")
    written = pages(arguments.instances)
    arguments.pages.mkdir(parents=True, exist_ok=True)
    for path in arguments.pages.glob("*.md"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (arguments.pages / name).write_text(text, encoding="utf-8")
    if arguments.ui is not None:
        arguments.ui.write_text(ui_docs(arguments.instances), encoding="utf-8")
    sys.stdout.write(f"Wrote {len(written)} pages to {arguments.pages}.\n")


if __name__ == "__main__":
    main()
