"""A tree of components that finds each declaration at once.

What belongs here: that. What does not: what a code location is made of (``definitions.py``).
"""

import dagster as dg


def indexed(tree: dg.ComponentTree) -> dg.ComponentTree:
    """The same tree, which knows where each of its declarations is.

    Dagster walks through all declarations to find one that it has not loaded yet, and so the square of their number.

    Args:
        tree: Of a code location; its declarations are read, and nothing is loaded.
    """
    for loc, declaration in tree.find_root_decl().iterate_loc_component_decl_pairs():
        tree.state_tracker.set_cache_data(loc, component_decl=declaration)
    return tree
