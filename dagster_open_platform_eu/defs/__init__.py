"""What exists in the EU: component instances and Python assets of that region."""
