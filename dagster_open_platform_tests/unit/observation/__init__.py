"""When tables that others load changed last: the questions, the events, the component."""
