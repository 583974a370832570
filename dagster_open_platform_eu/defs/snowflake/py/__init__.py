"""Jobs over the EU's databases."""
