"""Commands and blocks of the documentation, as a reader runs them."""
