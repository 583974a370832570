"""What the UI shows of components, as it reads it.

What belongs here: making it. What does not: the pages (``pages.py``).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dagster.components.core.snapshot import get_package_entry_snap
from dagster_shared.serdes.objects import EnvRegistryKey
from dagster_shared.serdes.objects.package_entry import json_for_all_components

from dagster_open_platform import lib
from dagster_open_platform.lib.reference.pages import NAMESPACE, examples_in


def ui_docs(instances: Sequence[Path]) -> str:
    """The text of the file: each component with its schema, its description and an instance.

    Args:
        instances: Where examples are looked for.
    """
    examples = examples_in(instances)
    snaps = [
        get_package_entry_snap(EnvRegistryKey(NAMESPACE, name), getattr(lib, name))
        for name in sorted(lib.__all__)
    ]
    namespaces: list[Any] = [dict(each) for each in json_for_all_components(snaps)]
    for namespace in namespaces:
        for component in namespace["componentTypes"]:
            example = examples.get(component["name"].rpartition(".")[2])
            if example is not None:
                component["example"] = example.text.strip()
    return json.dumps(namespaces, indent=1, sort_keys=True) + "\n"
