"""Open Semantic Interchange: what tables mean, in a format that no vendor owns, as a semantic view of the warehouse."""
