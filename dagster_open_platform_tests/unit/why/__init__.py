"""Why an asset ran or did not."""
