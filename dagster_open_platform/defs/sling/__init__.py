"""Product databases into the warehouse, and marts back to the product, with Sling."""
