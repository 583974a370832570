"""Unit tests of the measures: no service, no clock that matters."""
