"""Small helpers with no integration of their own: environment, source code links."""
