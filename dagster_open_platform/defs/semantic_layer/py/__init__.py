"""An asset for each saved query."""
