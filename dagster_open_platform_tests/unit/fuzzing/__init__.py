"""Whatever comes in: a result, or a failure of a type that says why."""
