"""What people see on an asset's page."""
