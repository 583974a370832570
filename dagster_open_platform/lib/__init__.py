"""How things work: component classes, resources, translators. Instances live in ``defs/``."""
