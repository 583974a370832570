"""What the UI shows of components: the page "Docs" of a code location.

What belongs here: reading it. What does not: how it is made (``lib/reference``).

Dagster makes it while the code location loads, for which it imports every integration that is installed (15 s of CPU). Ours is a file that
is written together with the reference pages.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")
METADATA = "plugin_component_types_json"
"""Where the UI looks for it in a code location's metadata, as of Dagster 1.13."""


def component_docs() -> Mapping[str, Any]:
    """The metadata of a code location that shows our components."""
    return {METADATA: json.loads(FILE.read_bytes())}
